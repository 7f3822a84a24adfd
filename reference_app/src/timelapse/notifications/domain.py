"""What people can be notified of, made of the same links as *Needs you*. Pure."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from queue_insight.periodic_state import PeriodicState
from timelapse.why.domain.links import LinkKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from timelapse.home.domain import Disk, Periodic
    from timelapse.why.domain.facts import Workers
    from timelapse.why.domain.links import Link


class Kind(StrEnum):
    """What people choose from."""

    CAMERA = "camera"
    MOVIE_FAILED = "movie_failed"
    MOVIE_FINISHED = "movie_finished"
    DISK = "disk"
    QUEUE = "queue"
    PERIODIC = "periodic"


#: Kinds of what is over once it is there: nothing is said of an end.
OVER: Final = frozenset({Kind.MOVIE_FAILED, Kind.MOVIE_FINISHED})
#: What the page says of each kind.
LABELS: Final = {
    Kind.CAMERA: "A camera is offline or can't take pictures, and when it is back",
    Kind.MOVIE_FAILED: "A movie failed",
    Kind.MOVIE_FINISHED: "A movie that I requested is ready",
    Kind.DISK: "A disk is nearly full, and when it has room again",
    Kind.QUEUE: "A queue has no worker, and when it has one again",
    Kind.PERIODIC: "What is done by a schedule does not come, and when it comes again",
}
#: What the page says of when, and of one who chose no kind.
NOTHING: Final = "Nothing."
ALWAYS: Final = "At any time. Times are those of {zone}."
QUIET: Final = "Not from {begin:02}:00 until {end:02}:00, by the clock of {zone}."
VIEW_CAMERA: Final = "cameras.view_camera"
VIEW_MOVIE: Final = "rendering.view_movie"
VIEW_OPERATIONS: Final = "operations.view_operations"
#: The keys of needs that concern the server; others begin with the name of an object.
SERVER_DISK: Final = "disk:space"
DISK_UNKNOWN: Final = "disk:unknown"
QUEUES_UNKNOWN: Final = "queues:unknown"
BEAT_SILENT: Final = "beat:silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that holds at a moment, and of which people can be notified."""

    #: What it is about, a colon, and which of its needs it is: the same as long as it is the same need.
    key: str
    kind: Kind
    permission: str
    message: str
    remedy: str = ""
    #: The path of the page on which it is shown.
    path: str = "/"
    since: datetime | None = None
    #: What is said when it ends; empty: nothing, because it ends by what somebody does.
    end_message: str = ""
    #: The only person whom it concerns, by primary key; None: everybody who may see it.
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was found at a moment."""

    present: tuple[Occurrence, ...]
    #: What was looked at: a need about it that is not present has ended. Of anything else it is gone.
    asked: frozenset[str] = frozenset()
    #: What could not be found out: keys, what they are about, or the first part of that.
    unsure: frozenset[str] = field(default=frozenset())

    def is_unsure_of(self, key: str) -> bool:
        """Whether it is not known if the need holds."""
        return bool({key, about_of(key), key.partition(":")[0]} & self.unsure)


def in_words(choice: Mapping[str, object], translated: Callable[[str], str] = str) -> list[str]:
    """Return what somebody wants to know and when, in sentences.

    Args:
        choice: the values, by the names of their fields.
        translated: returns a text in the language of who reads it.
    """
    wanted = [f"{translated(LABELS[kind])}." for kind in Kind if choice[kind.value]]
    begin, end = choice["quiet_from"], choice["quiet_until"]
    when = ALWAYS if begin is None or end is None else QUIET
    said = translated(when).format(begin=begin, end=end, zone=choice["zone"])
    return [*(wanted or [translated(NOTHING)]), said]


def about_of(key: str) -> str:
    """Return what a need is about."""
    return key.rpartition(":")[0]


def occurrences(links: Iterable[Link], pages: Mapping[str, str]) -> Iterator[Occurrence]:
    """Return what people can be notified of among the needs of the first page.

    Args:
        links: the needs.
        pages: the path of the page of each object that they are about.
    """
    for link in links:
        found = _of_link(link, pages.get(link.subject, "/"))
        if found is not None:
            yield found


def unsure_of(queues: Iterable[Workers], disk: Disk | None, *, queues_are_known: bool) -> Iterator[str]:
    """Return what can't be found out: of a paused queue, whether workers would take its tasks."""
    if not queues_are_known:
        yield "queue"
    for workers in queues:
        if workers.count is None or workers.paused_since is not None:
            yield f"queue:{workers.queue}"
    if disk is None:
        yield SERVER_DISK


def unsure_of_periodic(tasks: Iterable[Periodic], *, are_known: bool) -> Iterator[str]:
    """Return what can't be found out: that a task comes again is known only when it has come in time."""
    found = tuple(tasks)
    if not are_known or all(each.state in _NOT_JUDGED for each in found):
        yield "beat"
    if not are_known:
        yield "periodic"
    for task in found:
        if task.state is not PeriodicState.ON_TIME:
            yield f"periodic:{task.entry}"


def page_of(type_name: str, key: object) -> str:
    """Return the path of the page of a camera, a timelapse or a movie."""
    folder = {"Camera": "cameras", "Timelapse": "timelapses", "Movie": "movies"}[type_name]
    return f"/{folder}/{quote(base64.b64encode(f'{type_name}:{key}'.encode()).decode(), safe='')}"


def _of_link(link: Link, path: str) -> Occurrence | None:
    if link.kind is LinkKind.FAILURE:
        return _failed(link, path) if link.subject and link.since is not None else None
    if link.kind is LinkKind.CAMERA:
        return _camera(link, path)
    known = _SERVER.get(link.reason.code)
    if known is None:
        return None
    key, kind, path, end = known
    names = {name: str(link.reason.params.get(name, "")) for name in ("queue", "entry", "label")}
    return Occurrence(
        key=key.format(**names),
        kind=kind,
        permission=VIEW_OPERATIONS,
        message=str(link.reason.message),
        remedy=str(link.reason.remedy),
        path=path,
        since=link.since,
        end_message=end.format(**names),
    )


def _failed(link: Link, path: str) -> Occurrence:
    return Occurrence(
        key=f"{link.subject}:failed at {link.since}",
        kind=Kind.MOVIE_FAILED,
        permission=VIEW_MOVIE,
        message=str(link.reason.message),
        remedy=str(link.reason.remedy),
        path=path,
        since=link.since,
    )


def _camera(link: Link, path: str) -> Occurrence | None:
    known = _CAMERA.get(link.reason.code)
    if known is None:
        return None
    kind, end = known
    return Occurrence(
        key=f"{link.subject}:{link.reason.code}",
        kind=kind,
        permission=VIEW_CAMERA,
        message=str(link.reason.message),
        remedy=str(link.reason.remedy),
        path=path,
        since=link.since,
        end_message=f"{link.reason.params.get('camera', 'The camera')} {end}",
    )


_CAMERA: Final[Mapping[str, tuple[Kind, str]]] = {
    "offline": (Kind.CAMERA, "reports again."),
    "camera_error": (Kind.CAMERA, "no longer reports an error."),
    "disk_nearly_full": (Kind.DISK, "has room on its disk again."),
}
_NOT_JUDGED: Final = frozenset({PeriodicState.UNKNOWN, PeriodicState.NOT_DUE_YET})
_COMES: Final = "“{label}” comes by its schedule again."
_TAKEN: Final = "Workers take tasks from the queue “{queue}” again."
#: The key, the kind, the page and the end of each need of the server, by its code.
_SERVER: Final[Mapping[str, tuple[str, Kind, str, str]]] = {
    "no_worker": ("queue:{queue}:workers", Kind.QUEUE, "/operations", _TAKEN),
    "workers_late": ("queue:{queue}:workers", Kind.QUEUE, "/operations", _TAKEN),
    "queues_unknown": (
        QUEUES_UNKNOWN,
        Kind.QUEUE,
        "/operations",
        "What happens in the queues is known again.",
    ),
    "no_beat": (BEAT_SILENT, Kind.PERIODIC, "/operations", "What is done by a schedule comes again."),
    "periodic_late": ("periodic:{entry}:late", Kind.PERIODIC, "/operations", _COMES),
    "periodic_not_ended": ("periodic:{entry}:late", Kind.PERIODIC, "/operations", _COMES),
    "disk_nearly_full": (SERVER_DISK, Kind.DISK, "/", "The disk of the server has room again."),
    "disk_unknown": (DISK_UNKNOWN, Kind.DISK, "/", "How full the disk of the server is can be read again."),
}
