"""A timelapse and its movies, live."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Final, cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay

from fsmlock import holds_on
from timelapse.frames.graphql import Frame
from timelapse.frames.models import Frame as FrameModel
from timelapse.rendering.graphql.movie import Movie, set_published_progress
from timelapse.rendering.queries import movie_by_id, movies_of, unfinished
from timelapse.shared import conf, progress
from timelapse.shared.access import needs, only
from timelapse.shared.graphql import LiveUpdate, UpdateKind, kind_of
from timelapse.shared.live import needs_snapshot, watch
from timelapse.timelapses.actions import group_of
from timelapse.timelapses.graphql import Timelapse, pk_of
from timelapse.timelapses.queries import timelapse_by_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from timelapse.rendering.models import Movie as MovieModel
    from timelapse.shared.live import Event
    from timelapse.timelapses.models import Timelapse as TimelapseModel

#: How many movies, newest first, are evaluated anew when a hold on their timelapse is taken or released.
_MOVIES_SHOWN: Final = 50

TimelapseChange = Annotated[Timelapse | Frame | Movie, strawberry.union("TimelapseChange")]


@strawberry.type
class TimelapseUpdate(LiveUpdate):
    """One message of `timelapseUpdates`."""

    changed: list[TimelapseChange]


@strawberry.type
class Subscription:
    """Subscriptions of this app."""

    @strawberry.subscription(
        description="A timelapse: a snapshot, then its new frames, and the changes and ends of its movies. "
        "Each heartbeat evaluates anew what depends on queues, workers, locks and the time.",
        metadata=only(needs("timelapses.view_timelapse")),
    )
    async def timelapse_updates(
        self,
        id: relay.GlobalID,  # noqa: A002 - the schema's name
    ) -> AsyncGenerator[TimelapseUpdate, None]:
        """Read what an event is about, until the timelapse is deleted."""
        timelapse = pk_of(id, "Timelapse")
        heartbeat = conf.get().heartbeat_seconds
        reader = _Reader(timelapse, heartbeat)
        seq = 0
        groups = (group_of(timelapse), progress.GROUP)
        async for event in watch(*groups, heartbeat_s=heartbeat, accept=_concerns):
            seq += 1
            changed = await sync_to_async(reader.changed)(event)
            yield TimelapseUpdate(
                kind=UpdateKind.SNAPSHOT if changed is None and seq == 1 else kind_of(event),
                seq=seq,
                heartbeat_seconds=heartbeat,
                changed=cast("list[TimelapseChange]", changed or []),
                gone=[strawberry.ID(str(id))] if changed is None else reader.gone,
            )
            if changed is None:
                return


def _concerns(event: Event) -> bool:
    """Whether it may change the timelapse: its own event, or a task anywhere that started or ended."""
    return progress.state_in(event) is None or "movie" in event or bool(event.get("starts_or_ends"))


@dataclass(slots=True)
class _Reader:
    """Reads for one viewer what has changed."""

    timelapse: int
    #: Seconds after which everything is evaluated anew, however many events come meanwhile.
    evaluate_every_s: float
    #: What the last event ended.
    gone: list[strawberry.ID] = field(default_factory=list)
    _held: frozenset[tuple[str, int]] | None = None
    _evaluated_at: float = float("-inf")

    def changed(self, event: Event | None) -> list[object] | None:
        """Return the rows that an event (None: a heartbeat) changed; None if the timelapse is gone."""
        self.gone = []
        due = event is None or time.monotonic() >= self._evaluated_at + self.evaluate_every_s
        event = event or {}
        state = progress.state_in(event)
        mentioned: list[object] = []
        if "movie" in event:
            movies = self._movie(cast("int", event["movie"]))
            for movie in movies:
                set_published_progress(movie, state)
            mentioned += movies
            if state is not None and not due:
                return mentioned  # progress leaves the timelapse as it is
        row = timelapse_by_id(self.timelapse)
        if row is None:
            return None
        if "frame" in event:
            mentioned += FrameModel.objects.filter(pk=cast("int", event["frame"]))
            if not due:
                return [row, *mentioned]
        return [row, *dict.fromkeys([*mentioned, *self._evaluated(row, event)])]

    def _evaluated(self, row: TimelapseModel, event: Event) -> Iterable[MovieModel]:
        """Return the movies whose reasons or transitions may have changed with queues, locks or the time."""
        self._evaluated_at = time.monotonic()
        held, before = frozenset((hold.lock, hold.token) for hold in holds_on(row)), self._held
        self._held = held
        if held == before or needs_snapshot(event):  # after a snapshot, pages fetch all movies
            return unfinished(self.timelapse)
        return movies_of(self.timelapse)[:_MOVIES_SHOWN]

    def _movie(self, movie: int) -> list[MovieModel]:
        found = movie_by_id(movie)
        if found is None:
            self.gone = [strawberry.ID(relay.to_base64("Movie", movie))]
        return [] if found is None else [found]
