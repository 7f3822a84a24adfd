"""Commands to a camera's agent: issued once, sent until acknowledged, kept with who and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from eliot_progress import inject
from fsmlock import Refused, explain
from timelapse.cameras.changes import publish_change
from timelapse.cameras.command_rules import OPEN_STATES
from timelapse.cameras.models import Camera, Command

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import User

    from timelapse.cameras.command_rules import CommandName, CommandResult

#: How many commands of a camera are shown, newest first.
SHOWN: Final = 20


@transaction.atomic
def issue(camera: Camera, name: CommandName, *, by: User) -> Command:
    """Issue a command, which the agent does once.

    Raises:
        Refused: it can't be issued now; the reasons say why.
    """
    current = Camera.objects.select_for_update().get(pk=camera.pk)
    reasons = explain(current, to=name, user=by)
    if reasons:
        raise Refused(reasons)
    cause: dict[str, str] = {}
    inject(cause)
    command = Command.objects.create(
        camera=current, name=name, cause=cause, requested_by=by, requested_by_name=by.get_username()
    )
    publish_change(current.pk, "command")
    return command


def pending(camera: UUID, *, now: datetime | None = None) -> list[Command]:
    """Return the commands that the agent has not acknowledged, oldest first, and mark them as sent."""
    now = now or timezone.now()
    waiting = list(Command.open(now).filter(camera=camera, state="waiting").order_by("requested_at", "id"))
    fresh = [command.pk for command in waiting if command.sent_at is None]
    if fresh:
        Command.objects.filter(pk__in=fresh).update(sent_at=now)
    return waiting


@transaction.atomic
def record_results(
    camera: UUID, results: Iterable[CommandResult], *, now: datetime | None = None
) -> list[str]:
    """Record the results that an agent reports. A command that has ended keeps its first result.

    Returns:
        The ids of all commands reported, including those that this server does not know (any more).
    """
    now = now or timezone.now()
    acknowledged = []
    changed = 0
    for result in results:
        values = {
            "state": result.state,
            "message": result.message,
            "capture": result.capture,
            "reported_at": now,
        }
        open_ones = Command.objects.filter(pk=result.command, camera=camera, state__in=OPEN_STATES)
        unchanged = Q(state=result.state, message=result.message, capture=result.capture)
        changed += open_ones.exclude(unchanged).update(**values)
        acknowledged.append(result.command)
    if changed:
        publish_change(camera, "command")
    return acknowledged


def open_commands_of(cameras: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """Return the names of each camera's open commands. Takes one query for any number of cameras."""
    found: dict[UUID, set[str]] = {}
    rows = Command.open(timezone.now()).filter(camera__in=set(cameras))
    for camera, name in rows.values_list("camera", "name"):
        found.setdefault(camera, set()).add(name)
    return {camera: frozenset(names) for camera, names in found.items()}


def commands_of(cameras: Iterable[UUID]) -> dict[UUID, list[Command]]:
    """Return each camera's newest commands. Takes one query for any number of cameras."""
    number = Window(RowNumber(), partition_by="camera", order_by=("-requested_at", "-id"))
    newest = Command.objects.filter(camera__in=set(cameras)).annotate(number=number).filter(number__lte=SHOWN)
    found: dict[UUID, list[Command]] = {}
    for command in newest.order_by("-requested_at", "-id"):
        found.setdefault(command.camera_id, []).append(command)
    return found
