"""Who may use a field or an address. Each rule is declared where the field or the address is.

A rule names a permission of Django's at most: one of the model permissions, or one of ``Meta.permissions``.
`timelapse.project.access` applies the rules of the whole schema, and refuses to build one with a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from django.contrib.auth.models import PermissionsMixin

from fsmlock import Reason
from fsmlock.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser, User

_Type = TypeVar("_Type", bound=type)

#: Under this name a field's metadata and a type have their rule.
RULE: Final = "access_rule"
#: Under this name a field's metadata say that its resolver leaves out what the viewer may not read.
FILTERED: Final = "access_filtered"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may: anybody, everybody who is signed in, or who has the permission."""

    permission: str | None = None
    signed_in: bool = True

    def __str__(self) -> str:
        """The rule as the documentation shows it."""
        if self.permission is not None:
            return f"`{self.permission}`"
        return "signed in" if self.signed_in else "anybody"


ANYBODY: Final = Rule(signed_in=False)
SIGNED_IN: Final = Rule()

NOT_SIGNED_IN: Final = Reason(
    code="signed_out", message="You are not signed in.", remedy="Sign in, then try again."
)


def needs(permission: str) -> Rule:
    """Return the rule that requires a permission, for example ``cameras.view_camera``."""
    return Rule(permission)


def only(rule: Rule) -> Mapping[object, object]:
    """Return a field's ``metadata`` that contain its rule."""
    return {RULE: rule}


def filtered(rule: Rule) -> Mapping[object, object]:
    """Return the ``metadata`` of a list whose resolver leaves out what the viewer may not read.

    Without it, a list of objects that the viewer may not read is refused.
    """
    return {RULE: rule, FILTERED: True}


def readable_by(rule: Rule) -> Callable[[_Type], _Type]:
    """Declare who may read the objects of a GraphQL type, whichever field they are reached by."""

    def declare(declared: _Type) -> _Type:
        setattr(declared, RULE, rule)
        return declared

    return declare


def refusal(rule: Rule, user: User | AnonymousUser | None, action: str = "it") -> Reason | None:
    """Return why the user may not do ``action``, which is in words for people; None if they may."""
    if not rule.signed_in:
        return None
    if user is None or not user.is_authenticated:
        return NOT_SIGNED_IN
    if rule.permission is None or user.has_perm(rule.permission):
        return None
    return missing_permission(action, rule.permission)


def missing_permission(action: str, permission: str) -> Reason:
    """Return the missing permission as a reason."""
    return Reason(
        code="permission",
        message=sentence(
            "You may not do this: %(action)s requires the permission %(permission)s.",
            action=action,
            permission=permission,
        ),
        remedy="Ask an administrator for it, or ask somebody who has it.",
        params={"permission": permission},
    )


def load_permissions(user: User | AnonymousUser | AbstractBaseUser) -> None:
    """Read the user's permissions at once, so that checks in async code need no query."""
    if isinstance(user, PermissionsMixin) and user.is_active and not user.is_superuser:
        user.get_all_permissions()
