"""Commands to a camera's agent: given once, told until acknowledged, kept with who and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from eliot_progress import inject
from fsmlock import Refused
from timelapse.cameras.actions import group_of
from timelapse.cameras.models import Camera, Command
from timelapse.cameras.steering import COMMANDS_LAST, OPEN_STATES, PERMISSION, Steered, blockers
from timelapse.shared import live

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import User

    from timelapse.cameras.steering import CommandName, Report

#: So many commands of a camera are shown, the newest.
SHOWN: Final = 20


def steered(camera: Camera, commands: Iterable[Command], user: User, *, now: datetime) -> Steered:
    """Gather what decides whether a command may be given."""
    return Steered(
        name=camera.name,
        revoked=camera.state == Camera.States.REVOKED,
        heard=camera.beat_at is not None,
        permitted=user.has_perm(PERMISSION),
        under_way=frozenset(
            each.name
            for each in commands
            if each.state in OPEN_STATES and now - each.asked_at <= COMMANDS_LAST
        ),
    )


@transaction.atomic
def give(camera: Camera, name: CommandName, *, by: User) -> Command:
    """Have the agent do something once.

    Raises:
        Refused: it may not be given now; the reasons say why.
    """
    current = Camera.objects.select_for_update().get(pk=camera.pk)
    now = timezone.now()
    reasons = blockers(name, steered(current, _open(current.pk, now), by, now=now))
    if reasons:
        raise Refused(reasons)
    cause: dict[str, str] = {}
    inject(cause)
    command = Command.objects.create(
        camera=current, name=name, cause=cause, asked_by=by, asked_by_name=by.get_username()
    )
    live.changed(group_of(current.pk), what="command")
    return command


def to_tell(camera: UUID, *, now: datetime | None = None) -> list[Command]:
    """Give the commands that an answer must carry: all that the agent has not acknowledged."""
    now = now or timezone.now()
    waiting = list(_open(camera, now).filter(state="waiting").order_by("asked_at", "id"))
    fresh = [command.pk for command in waiting if command.told_at is None]
    if fresh:
        Command.objects.filter(pk__in=fresh).update(told_at=now)
    return waiting


@transaction.atomic
def note_reports(camera: UUID, reports: Iterable[Report], *, now: datetime | None = None) -> list[str]:
    """Note what the agent says of commands; what has ended stays as it ended.

    Returns:
        The ids that were heard, also of commands that this server does not know (any more).
    """
    now = now or timezone.now()
    heard = []
    changed = 0
    for report in reports:
        facts = {
            "state": report.state,
            "message": report.message,
            "capture": report.capture,
            "reported_at": now,
        }
        open_ones = Command.objects.filter(pk=report.command, camera=camera, state__in=OPEN_STATES)
        said_before = Q(state=report.state, message=report.message, capture=report.capture)
        changed += open_ones.exclude(said_before).update(**facts)
        heard.append(report.command)
    if changed:
        live.changed(group_of(camera), what="command")
    return heard


def commands_of(cameras: Iterable[UUID]) -> dict[UUID, list[Command]]:
    """Give each camera's newest commands, in one query for all of them."""
    number = Window(RowNumber(), partition_by="camera", order_by=("-asked_at", "-id"))
    newest = Command.objects.filter(camera__in=set(cameras)).annotate(number=number).filter(number__lte=SHOWN)
    found: dict[UUID, list[Command]] = {}
    for command in newest.order_by("-asked_at", "-id"):
        found.setdefault(command.camera_id, []).append(command)
    return found


def _open(camera: UUID, now: datetime) -> QuerySet[Command]:
    return Command.objects.filter(camera=camera, state__in=OPEN_STATES, asked_at__gt=now - COMMANDS_LAST)
