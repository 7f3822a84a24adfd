"""What people may do, as the four roles by which administrators give it: each is a group of Django's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import Group

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: The permission to invite people, to give them roles, and to deactivate them.
MANAGE_PEOPLE: Final = "accounts.manage_people"
#: The groups by their names; each role may do what the one before it may.
ROLES: Final = {
    "viewer": "Viewer: sees everything",
    "editor": "Editor: makes timelapses and movies, and shares them",
    "operator": "Operator: also looks after cameras, runs and old frames",
    "admin": "Admin: also manages people",
}
#: The choice that takes all access away.
DEACTIVATED: Final = "deactivated"


def role_of(user: User) -> str | None:
    """Return the highest role of a user; None for somebody without one, such as a superuser."""
    names = {group.name for group in user.groups.all()}
    return next((role for role in reversed(ROLES) if role in names), None)


def give_role(user: User, role: str) -> None:
    """Take the user's other roles away, and give them this one. Other groups stay as they are."""
    user.groups.remove(*Group.objects.filter(name__in=ROLES))
    user.groups.add(Group.objects.get(name=role))


def label_of(user: User) -> str:
    """Return in a word or two what the user may do."""
    if not user.is_active:
        return "Deactivated"
    if user.is_superuser:
        return "Superuser"
    role = role_of(user)
    return "No role" if role is None else role.capitalize()
