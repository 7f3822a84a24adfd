"""The subscription to a list: its first entries, then each that is new, changed or gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay

from timelapse.shared import conf
from timelapse.shared.graphql import LiveUpdate, kind_of
from timelapse.shared.live import needs_snapshot, watch

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from django.db.models import Model, QuerySet

    from timelapse.shared.live import Event

_Update = TypeVar("_Update", bound=LiveUpdate)

#: How many entries a snapshot has at most, as many as the pages ask for.
LISTED: Final = 60


async def list_updates(
    update: type[_Update], group: str, rows: Callable[[], QuerySet[Any]]
) -> AsyncGenerator[_Update, None]:
    """Follow a list.

    Args:
        update: the type of the messages, which has a field ``changed``. Rows of a model ``X`` have global ids
            of the type ``X``.
        group: to which `live.publish_entry` publishes the list's changes.
        rows: returns the list in its order, without entries that are gone.
    """
    heartbeat = conf.get().heartbeat_seconds
    seq = 0
    async for event in watch(group, heartbeat_s=heartbeat):
        seq += 1
        changed, gone, more = await sync_to_async(_read)(rows(), event)
        # Each type of messages adds `changed` to the envelope.
        yield cast("Callable[..., _Update]", update)(
            kind=kind_of(event),
            seq=seq,
            heartbeat_seconds=heartbeat,
            changed=changed,
            gone=gone,
            more=more,
        )


def _read(rows: QuerySet[Any], event: Event | None) -> tuple[list[Model], list[strawberry.ID], int]:
    """Return what an event (None: a heartbeat) changed, what is gone, and how many entries aren't listed."""
    more = max(0, rows.count() - LISTED)
    if event is None:
        return [], [], more
    if needs_snapshot(event):
        return list(rows[:LISTED]), [], more
    entry = str(event["entry"])
    found = list(rows.filter(pk=entry))
    gone = [] if found else [strawberry.ID(relay.to_base64(rows.model.__name__, entry))]
    return found, gone, more
