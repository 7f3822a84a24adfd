"""Which one-time link is good, and who may change whose access. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fsmlock import Reason
from fsmlock.sentences import sentence

if TYPE_CHECKING:
    from datetime import datetime

#: Invitations that are good at the same time.
MOST_INVITATIONS: Final = 50
#: How long an invitation can be good, in days.
LIFETIMES: Final = ((1, "1 day"), (7, "1 week"), (30, "30 days"))
LONGEST_NOTE: Final = 80
#: Characters of what people call an installation.
LONGEST_PLACE: Final = 60

#: How long a link with which somebody chooses a new password can be good, in hours.
PASSWORD_LIFETIMES: Final = ((1, "1 hour"), (24, "1 day"), (168, "1 week"))

TOO_MANY: Final = Reason(
    code="too_many_invitations",
    message=sentence("%(count)s invitations are good already.", count=MOST_INVITATIONS),
    remedy="Revoke one that is no longer needed.",
)
NAME_TAKEN: Final = Reason(
    code="name_taken",
    message="Somebody has this name already.",
    remedy="Choose another.",
    params={"field": "username"},
)
ONESELF: Final = Reason(
    code="oneself",
    message="Nobody changes their own access.",
    remedy="Ask another administrator, so that one is always left.",
)
OWN_PASSWORD: Final = Reason(
    code="oneself",
    message="Nobody makes such a link for their own account.",
    remedy="Change your password under Your account, or ask another administrator for a link.",
)
SIGNS_IN_NO_MORE: Final = Reason(
    code="deactivated",
    message="This account is deactivated: a new password would not let anybody in.",
    remedy="Give it a role first.",
)
WRONG_PASSWORD: Final = Reason(
    code="wrong_password",
    message="This isn't your password.",
    remedy="Check upper and lower case. If you forgot it, ask an administrator for a link.",
    params={"field": "current"},
)
SET_UP_ALREADY: Final = Reason(
    code="set_up_already",
    message="This app has an account already.",
    remedy="Sign in, or ask whoever set it up for an invitation.",
)
WRONG_CODE: Final = Reason(
    code="wrong_code",
    message="This isn't the code that the server printed.",
    remedy="Look at what it printed last, or let 'timelapse manage set_up_code' print it again.",
    params={"field": "code"},
)
SESSION_ENDED: Final = Reason(
    code="session_ended",
    message="You are not signed in there any more.",
    remedy="Nothing is left to do.",
)
SUPERUSER: Final = Reason(
    code="superuser",
    message="Only a superuser changes the access of a superuser.",
    remedy="Ask one, or use the administration.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """What decides whether a link is good."""

    state: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkReasons:
    """Why a kind of link isn't good, in its own words."""

    unknown: Reason
    revoked: Reason
    expired: Reason
    used: Reason

    def refusal(self, link: LinkFacts | None, now: datetime) -> Reason | None:
        """Return why nobody can use the link; None if it is good."""
        if link is None:
            return self.unknown
        by_state = {"revoked": self.revoked, "used": self.used}
        if link.state in by_state:
            return by_state[link.state]
        return self.expired if link.expires_at <= now else None


_ASK: Final = "Ask whoever sent it for a new one."
INVITATION: Final = LinkReasons(
    unknown=Reason(
        code="unknown_invitation",
        message="There is no such invitation.",
        remedy="Check that the address is complete, or ask whoever sent it for a new one.",
    ),
    revoked=Reason(code="revoked", message="This invitation was revoked.", remedy=_ASK),
    expired=Reason(code="expired", message="This invitation has expired.", remedy=_ASK),
    used=Reason(
        code="used",
        message="This invitation was used.",
        remedy="Sign in with the account that was made, or ask for a new invitation.",
    ),
)
PASSWORD_LINK: Final = LinkReasons(
    unknown=Reason(
        code="unknown_link",
        message="There is no such link.",
        remedy="Check that the address is complete, or ask whoever sent it for a new one.",
    ),
    revoked=Reason(code="revoked", message="This link was revoked.", remedy=_ASK),
    expired=Reason(code="expired", message="This link has expired.", remedy=_ASK),
    used=Reason(
        code="used",
        message="This link was used.",
        remedy="Sign in with the password that was chosen, or ask for a new link.",
    ),
)
