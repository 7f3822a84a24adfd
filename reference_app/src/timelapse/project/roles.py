"""Gives the groups of the four roles their permissions: all that the page asks for, and no others."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.models import Group, Permission
from django.db import router, transaction
from django.db.models import Value
from django.db.models.functions import Concat

from timelapse.accounts.roles import MANAGE_PEOPLE, ROLES

#: What an editor may do besides seeing everything. An operator may do all but manage people.
_EDITOR: Final = {
    "timelapses.add_timelapse",
    "timelapses.change_timelapse",
    "timelapses.delete_timelapse",
    "timelapses.render_timelapse",
    "rendering.change_movie",
    "rendering.delete_movie",
    "frames.change_frame",
    "publishing.share",
}


def create(*, using: str, **_: object) -> None:
    """Create the groups after a migration, or give them what is new. Groups of other names are nobody's."""
    if not router.allow_migrate_model(using, Group):
        return  # the log's database has no accounts
    wanted = permissions()
    full_name = Concat("content_type__app_label", Value("."), "codename")
    found = Permission.objects.using(using).annotate(full_name=full_name).filter(full_name__in=wanted)
    by_name = {each.full_name: each for each in found}
    with transaction.atomic(using=using):
        for role in ROLES:
            group, _is_new = Group.objects.using(using).get_or_create(name=role)
            group.permissions.set(each for name, each in by_name.items() if may(role, name))


def may(role: str, permission: str) -> bool:
    """Return whether a role includes a permission that the page asks for."""
    if role == "admin":
        return True
    if role == "operator":
        return permission != MANAGE_PEOPLE
    sees = permission.partition(".")[2].startswith("view_")
    return sees or (role == "editor" and permission in _EDITOR)


def permissions() -> set[str]:
    """Return the permissions that the schema, its objects' transitions and the media's addresses require."""
    from timelapse.project import access  # noqa: PLC0415 - most processes need no schema
    from timelapse.project.schema import schema  # noqa: PLC0415
    from timelapse.publishing import http  # noqa: PLC0415

    wanted = access.permissions(access.graphql_schema(schema))
    return wanted | {rule.permission for rule in http.RULES.values() if rule.permission is not None}
