"""People as administrators see them, their sessions, and the links with which they get in."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import models

from fsmlock import Confirmation, InputField, Lifecycle, Offer, action, transition
from timelapse.accounts.domain import LIFETIMES, LONGEST_NOTE, PASSWORD_LIFETIMES
from timelapse.accounts.first_run_models import Place, SetUpCode  # noqa: F401 - Django looks for them here
from timelapse.accounts.roles import DEACTIVATED, MANAGE_PEOPLE, ROLES, role_of
from timelapse.shared.tokens import new_token

if TYPE_CHECKING:
    from fsmlock.offers import Value


def current_access(person: Person) -> dict[str, Value]:
    """Return what the form of somebody's access has at first."""
    return {"role": role_of(person) if person.is_active else DEACTIVATED}


class Person(User):
    """A user of Django's, with what administrators can do about them."""

    class Meta:
        """One permission is enough: who may invite people may also deactivate them."""

        proxy = True
        default_permissions = ()
        permissions = (("manage_people", "Can invite people, change their roles and deactivate them"),)
        ordering = ("username",)

    @property
    def state(self) -> str:
        """Whether they can sign in."""
        return "active" if self.is_active else DEACTIVATED

    @action(
        label="Change access",
        permission=MANAGE_PEOPLE,
        offer=Offer(
            input=(
                InputField(
                    name="role",
                    kind="choice",
                    label="Role",
                    default=None,
                    choices=(*ROLES.items(), (DEACTIVATED, "Deactivated: can't sign in")),
                    help="It holds from the next click on.",
                ),
            ),
            initial=current_access,
        ),
    )
    def change_access(self, **values: object) -> None:
        """An administrator gives them another role, or takes all access away."""

    @action(
        label="Invite somebody",
        permission=MANAGE_PEOPLE,
        offer=Offer(
            kind="primary",
            input=(
                InputField(
                    name="role", kind="choice", label="Role", default="viewer", choices=tuple(ROLES.items())
                ),
                InputField(
                    name="note",
                    kind="text",
                    label="For whom",
                    default="",
                    maximum=LONGEST_NOTE,
                    help="Only administrators see it.",
                ),
                InputField(name="days", kind="choice", label="Good for", default=7, choices=LIFETIMES),
            ),
        ),
    )
    def invite(self, **values: object) -> None:
        """They make a link with which one person makes an account."""

    @action(
        label="New password",
        permission=MANAGE_PEOPLE,
        offer=Offer(
            input=(
                InputField(
                    name="hours",
                    kind="choice",
                    label="Good for",
                    default=24,
                    choices=PASSWORD_LIFETIMES,
                    help="Makes a link with which they choose a password. Send it to nobody else.",
                ),
            ),
        ),
    )
    def offer_password(self, **values: object) -> None:
        """An administrator makes a link with which they choose a new password."""

    @action(
        label="Sign out everywhere",
        permission=MANAGE_PEOPLE,
        offer=Offer(
            kind="danger",
            confirm=Confirmation(
                title="Sign out %(object)s everywhere?",
                text="Their open pages close at once. They can sign in again with their password.",
            ),
        ),
    )
    def sign_out_everywhere(self, **values: object) -> None:
        """An administrator ends all their sessions."""


class OneTimeLink(Lifecycle):
    """An address that works once.

    - new → active: An administrator made it.
    - active → used: Somebody did what it is for.
    - active → revoked: It was taken back.
    """

    class States(Lifecycle.States):
        """Active, used and revoked. Whether it has expired depends on the time."""

        ACTIVE: ClassVar[str] = "active"
        USED: ClassVar[str] = "used"
        REVOKED: ClassVar[str] = "revoked"

    initial_state: ClassVar[str] = States.ACTIVE

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    expires_at = models.DateTimeField()
    #: Whoever is gone has made no link any more.
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        """Not a table of its own."""

        abstract = True

    @transition(
        source=States.ACTIVE,
        target=States.REVOKED,
        label="Revoke",
        permission=MANAGE_PEOPLE,
        offer=Offer(
            kind="danger",
            confirm=Confirmation(
                title="Revoke this link?",
                text="Whoever opens it from now on is told that it was revoked. This can't be undone.",
            ),
        ),
    )
    def revoke(self) -> None:
        """It was taken back."""

    @transition(source=States.ACTIVE, target=States.USED, internal=True)
    def use(self) -> None:
        """Somebody did what it is for."""


class Invitation(OneTimeLink):
    """A link with which one person makes an account that has a role."""

    role = models.CharField(max_length=20)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        """Newest first."""

        ordering = ("-created_at", "-pk")
        default_permissions = ()
        indexes = (models.Index(fields=("state", "-created_at"), name="invitation_by_state"),)

    def __str__(self) -> str:
        """For whom it is. Its address is a secret."""
        return f"Invitation for {self.note or self.role}"


class PasswordLink(OneTimeLink):
    """A link with which one person chooses a new password for their account."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        """Newest first; one person has one link at most that was neither used nor revoked."""

        ordering = ("-created_at", "-pk")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=models.Q(state="active"), name="one_password_link_each"
            ),
        )

    def __str__(self) -> str:
        """For whom it is. Its address is a secret."""
        return f"Link to a new password for {self.person}"


class BrowserSession(models.Model):
    """A browser in which somebody is signed in. It goes with Django's session, however that ends."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="browser_session")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    #: The browser and its system, in words.
    browser = models.CharField(max_length=40)
    #: From where it was last seen.
    address = models.GenericIPAddressField(null=True)
    began_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        """Those seen last come first."""

        ordering = ("-last_seen_at", "-pk")
        default_permissions = ()
        indexes = (models.Index(fields=("user", "-last_seen_at"), name="browser_session_by_user"),)

    def __str__(self) -> str:
        """What it is. The key of its session is a secret."""
        return self.browser


class LastSeen(models.Model):
    """When somebody last used the app. It stays when their sessions end."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        """Nobody edits it."""

        default_permissions = ()

    def __str__(self) -> str:
        """When."""
        return self.at.isoformat()
