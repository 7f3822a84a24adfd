"""Movies and runs as one list: what goes on and waits, or what ended, newest first.

Each state of each model is read by an index, no further than the page reaches: what a page costs doesn't grow
with what ended before.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from django.core.signing import BadSignature, Signer
from django.db.models import Q

from fsmlock.models import Run
from timelapse.operations.kinds import ITERATIONS, Kind, path_of
from timelapse.operations.searching import movies_with, runs_with
from timelapse.rendering.models import Movie
from timelapse.rendering.queries import listed_movies

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.contrib.auth.models import User
    from django.db.models import QuerySet

#: What a list of work contains.
Work: TypeAlias = "Movie | Run"


class Stage(Enum):
    """How far work is, whatever its model calls that state."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: The stages that nothing follows unless somebody retries it.
ENDED: Final = frozenset({Stage.SUCCEEDED, Stage.FAILED, Stage.CANCELLED})

MOVIE_STATES: Final[Mapping[Stage, tuple[str, ...]]] = {
    Stage.WAITING: (Movie.States.QUEUED,),
    Stage.RUNNING: (Movie.States.RENDERING,),
    Stage.PAUSED: (Movie.States.PAUSED,),
    Stage.SUCCEEDED: (Movie.States.READY,),
    Stage.FAILED: (Movie.States.FAILED,),
    Stage.CANCELLED: (Movie.States.CANCELLED,),
}
RUN_STATES: Final[Mapping[Stage, tuple[str, ...]]] = {
    Stage.WAITING: Run.States.WAITING,
    Stage.RUNNING: Run.States.ACTIVE,
    Stage.PAUSED: (Run.States.PAUSED,),
    Stage.SUCCEEDED: (Run.States.SUCCEEDED,),
    Stage.FAILED: (Run.States.FAILED,),
    Stage.CANCELLED: (Run.States.CANCELLED,),
}


class UnknownPlaceError(ValueError):
    """A cursor that this list did not give out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which work is listed: of these kinds, in these stages, with all these words."""

    kinds: frozenset[Kind] = frozenset(Kind)
    stages: frozenset[Stage] = ENDED
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place of a piece of work in the list: when it ended or was created, its model and key."""

    at: datetime
    model: str
    pk: int

    @property
    def cursor(self) -> str:
        """The place as clients keep it, signed."""
        return _signer().sign(f"{self.at.isoformat()} {self.model} {self.pk}")

    @classmethod
    def parse(cls, cursor: str) -> Self:
        """Return the place that a cursor names.

        Raises:
            UnknownPlaceError: the list did not give it out.
        """
        try:
            at, model, pk = _signer().unsign(cursor).split(" ")
        except BadSignature:
            raise UnknownPlaceError from None
        return cls(at=datetime.fromisoformat(at), model=model, pk=int(pk))

    @classmethod
    def of(cls, work: Work) -> Self:
        """Return the place of a piece of work."""
        at = ended_at(work) or work.created_at
        return cls(at=at, model=str(work._meta.model_name), pk=work.pk)

    @property
    def order(self) -> tuple[datetime, str, int]:
        """Sorted by this, and reversed, the newest come first."""
        return self.at, self.model, self.pk

    def before(self, model: str, moment: str) -> Q:
        """Return the condition for the rows of a model that follow in the list."""
        if model > self.model:
            return Q((f"{moment}__lt", self.at))
        if model < self.model:
            return Q((f"{moment}__lte", self.at))
        return Q((f"{moment}__lt", self.at)) | Q((moment, self.at), pk__lt=self.pk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Work, and whether more follows."""

    work: tuple[Work, ...]
    has_next: bool


def ended_at(work: Work) -> datetime | None:
    """Return when it ended; None while it goes on, waits or is paused."""
    if isinstance(work, Run):
        return work.ended_at
    return None if stage_of(work) not in ENDED else work.finished_at


def stage_of(work: Work) -> Stage | None:
    """Return how far it is; None for a movie that is being deleted."""
    states = RUN_STATES if isinstance(work, Run) else MOVIE_STATES
    return next((stage for stage, names in states.items() if work.state in names), None)


def read_page(user: User, wanted: Filter, *, first: int, after: Place | None = None) -> Page:
    """Return the work that matches and that the user may view, newest first, behind a place."""
    rows = _rows(user, wanted, after, first + 1)
    merged = heapq.merge(*rows, key=lambda work: Place.of(work).order, reverse=True)
    found = tuple(islice(merged, first + 1))
    return Page(work=found[:first], has_next=len(found) > first)


def _rows(user: User, wanted: Filter, after: Place | None, limit: int) -> Iterator[QuerySet[Work]]:
    """Return the rows of each state of each model in the order of the list."""
    for stage in sorted(wanted.stages, key=lambda each: each.value):
        if Kind.MOVIE in wanted.kinds and user.has_perm("rendering.view_movie"):
            for state in MOVIE_STATES[stage]:
                moment = "finished_at" if stage in ENDED else "created_at"
                movies = listed_movies().filter(movies_with(wanted.words), state=state)
                yield _behind(movies, after, moment)[:limit]
        paths = [path_of(kind) for kind in ITERATIONS if kind in wanted.kinds]
        if paths and user.has_perm("fsmlock.view_run"):
            for state in RUN_STATES[stage]:
                moment = "ended_at" if stage in ENDED else "created_at"
                runs = Run.objects.filter(runs_with(wanted.words), state=state)
                if len(paths) < len(ITERATIONS):
                    runs = runs.filter(iteration__in=paths)
                yield _behind(runs, after, moment)[:limit]


def _behind(rows: QuerySet[Work], after: Place | None, moment: str) -> QuerySet[Work]:
    ordered = rows.order_by(f"-{moment}", "-pk")
    return (
        ordered if after is None else ordered.filter(after.before(str(rows.model._meta.model_name), moment))
    )


def _signer() -> Signer:
    return Signer(salt="cursor of work")
