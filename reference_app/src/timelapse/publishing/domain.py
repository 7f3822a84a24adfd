"""Which answer a link gets, given what is known of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fsmlock import Reason
from fsmlock.sentences import sentence

if TYPE_CHECKING:
    from datetime import datetime

#: Links that work at the same time, of one movie or timelapse.
MOST_LINKS: Final = 20

TOO_MANY_LINKS: Final = Reason(
    code="too_many_links",
    message=sentence("There are %(count)s links to it already.", count=MOST_LINKS),
    remedy="Revoke one that is no longer needed.",
)
UNKNOWN: Final = Reason(
    code="not_found",
    message="There is no such link.",
    remedy="Check that the address is complete, or ask whoever sent it for a new one.",
)
_ASK: Final = "Ask whoever sent it for a new one."
REVOKED: Final = Reason(code="revoked", message="This link was revoked.", remedy=_ASK)
EXPIRED: Final = Reason(code="expired", message="This link has expired.", remedy=_ASK)
DELETED: Final = Reason(
    code="deleted", message="What this link showed was deleted.", remedy="Ask whoever sent it."
)
PASSWORD_NEEDED: Final = Reason(
    code="password_needed",
    message="This link asks for a password.",
    remedy="Open it in a window of its own, and enter the password there.",
)
WRONG_PASSWORD: Final = Reason(
    code="wrong_password",
    message="This isn't the password.",
    remedy="Check upper and lower case, or ask whoever sent the link.",
)
NOTHING_YET: Final = Reason(
    code="nothing_yet", message="There is nothing to show yet.", remedy="Look again later."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """What decides whether a link works."""

    is_active: bool
    expires_at: datetime | None
    is_deleted: bool


def refusal(link: LinkFacts | None, now: datetime) -> Reason | None:
    """Return why the link shows nothing; None if it works."""
    if link is None:
        return UNKNOWN
    if not link.is_active:
        return REVOKED
    if link.expires_at is not None and link.expires_at <= now:
        return EXPIRED
    return DELETED if link.is_deleted else None
