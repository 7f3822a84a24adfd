"""The group *team*: its members may do everything on the page. An administrator changes it as they like."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.models import Group, Permission
from django.db import router, transaction
from django.db.models import Value
from django.db.models.functions import Concat

NAME: Final = "team"


def create(*, using: str, **_: object) -> None:
    """Create the group after the first migration, with every permission that the page asks for."""
    if not router.allow_migrate_model(using, Group):
        return  # the log's database has no accounts
    with transaction.atomic(using=using):
        group, is_new = Group.objects.using(using).get_or_create(name=NAME)
        if is_new:
            group.permissions.set(permissions(using))


def permissions(using: str = "default") -> list[Permission]:
    """Return the permissions that the schema and the media's addresses require."""
    from timelapse.project import access  # noqa: PLC0415 - most processes need no schema
    from timelapse.project.schema import schema  # noqa: PLC0415
    from timelapse.publishing import http  # noqa: PLC0415

    wanted = access.permissions(access.graphql_schema(schema))
    wanted.add("fsmlock.change_run")  # which the transitions of runs require
    wanted |= {rule.permission for rule in http.RULES.values() if rule.permission is not None}
    full_name = Concat("content_type__app_label", Value("."), "codename")
    return list(Permission.objects.using(using).annotate(full_name=full_name).filter(full_name__in=wanted))
