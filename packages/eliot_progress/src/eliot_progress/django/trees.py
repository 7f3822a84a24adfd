"""The tree of one causal id, by part: a page of an action's children, what failed, everything below."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, Subquery

from eliot_progress.django import rows
from eliot_progress.django.models import LogAction, LogMessage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

#: After every path below `x/`, since `0` follows `/`.
_BEHIND = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the children of an action, in the order of the tree."""

    rows: tuple[LogAction | LogMessage, ...]
    #: How many children each action among them has.
    children: dict[str, int]
    #: The path after which the next page starts; "" when this was the last.
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An action that failed by itself, not because one below it did."""

    action: LogAction
    #: The actions around it, as far as they are in this log, the outermost first.
    above: tuple[LogAction, ...]


def action(causal_id: str, path: str = "") -> LogAction | None:
    """The action at this path; None when nothing is known of it."""
    return LogAction.objects.filter(causal_id=causal_id, path=path).first()


def roots(*, limit: int = 25) -> tuple[LogAction, ...]:
    """The roots of the tasks that logged last.

    One that is not in this log itself, since a page or another machine began it, goes by the type of the
    first action below it.
    """
    below_it = LogAction.objects.filter(causal_id=OuterRef("causal_id"), parent="").exclude(action_type="")
    first = Subquery(below_it.order_by("path").values("action_type")[:1])
    found = LogAction.objects.filter(parent=None).annotate(first=first).order_by("-last_message_at")[:limit]
    for root in found:
        root.action_type = root.action_type or root.first or ""
    return tuple(found)


def children(causal_id: str, parent: str, *, after: str = "", limit: int = 200) -> Page:
    """A page of the actions and plain messages directly below an action."""
    actions = LogAction.objects.filter(causal_id=causal_id, parent=parent, path__gt=after)
    plain = _plain(causal_id).filter(action=parent, path__gt=after)
    both: Iterator[LogAction | LogMessage] = merge(
        actions.order_by("path")[: limit + 1],
        plain.order_by("path")[: limit + 1],
        key=lambda row: row.path,  # both are of one database, whose order of paths is that of Python
    )
    found = tuple(islice(both, limit + 1))
    shown = found[:limit]
    paths = [row.path for row in shown if isinstance(row, LogAction)]
    more = shown[-1].path if len(found) > limit else ""
    return Page(rows=shown, children=counted(causal_id, paths), more=more)


def counted(causal_id: str, paths: Iterable[str]) -> dict[str, int]:
    """How many children these actions have; those without any are left out."""
    asked, counts = list(paths), dict[str, int]()
    actions = LogAction.objects.filter(causal_id=causal_id, parent__in=asked).values_list("parent")
    plain = _plain(causal_id).filter(action__in=asked).values_list("action")
    for grouped in (actions, plain):
        for path, count in grouped.annotate(Count("id")):
            counts[path] = counts.get(path, 0) + count
    return counts


def failures(causal_id: str, *, limit: int = 20) -> tuple[Failure, ...]:
    """What failed, by itself, and the path to it; in the order of the tree."""
    failed = LogAction.objects.filter(causal_id=causal_id, status="failed").order_by("path")
    causes: list[LogAction] = []
    before: LogAction | None = None
    for row in failed[: limit * 50]:
        if before is not None and not below(row.path, before.path):
            causes.append(before)
        before = row
    causes = [*causes, before][:limit] if before is not None else []
    wanted = {path for row in causes for path in above(row.path)}
    known = LogAction.objects.filter(causal_id=causal_id, path__in=wanted).exclude(action_type="")
    around = {row.path: row for row in known}
    return tuple(
        Failure(action=row, above=tuple(around[path] for path in above(row.path) if path in around))
        for row in causes
    )


def above(path: str) -> list[str]:
    """The paths of the actions around this one, the root's first."""
    steps = path.split("/")
    return ["/".join(steps[:n]) for n in range(len(steps))] if path else []


def below(path: str, other: str) -> bool:
    """Whether `path` is somewhere below `other`."""
    return path != other and (not other or path.startswith(other + "/"))


def subtree(path: str) -> Q:
    """The rows at and below this path."""
    return Q(path=path) | Q(path__gt=path + "/", path__lt=path + _BEHIND) if path else Q()


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is in a tree."""

    messages: int
    actions: int
    failed: int


def size(causal_id: str, path: str = "") -> Size:
    """Count what is at and below a path."""
    here = Q(causal_id=causal_id) & subtree(path)
    actions = LogAction.objects.filter(here).aggregate(
        all=Count("id"), failed=Count("id", filter=Q(status="failed"))
    )
    messages = LogMessage.objects.filter(here).count()
    return Size(messages=messages, actions=actions["all"], failed=actions["failed"])


def messages(causal_id: str, path: str = "") -> Iterator[dict[str, object]]:
    """Everything that an action caused: its messages and all below, in the order of the tree."""
    found = LogMessage.objects.filter(Q(causal_id=causal_id) & subtree(path)).order_by("path")
    for row in found.values_list("causal_id", "path", "at", "body").iterator(chunk_size=2000):
        yield rows.whole(*row)


def _plain(causal_id: str) -> QuerySet[LogMessage]:
    return LogMessage.objects.filter(causal_id=causal_id, status="", report=False)


def whole(causal_id: str, path: str = "", *, limit: int = 200) -> tuple[LogAction | LogMessage, ...] | None:
    """Everything below an action in the order of the tree, depth first; None when it is more than `limit`."""
    below_it = Q(causal_id=causal_id) & subtree(path) & ~Q(path=path)
    actions = list(LogAction.objects.filter(below_it).order_by("path")[: limit + 1])
    plain = _plain(causal_id).filter(subtree(path))
    both: list[LogAction | LogMessage] = [*actions, *plain.order_by("path")[: limit + 1]]
    return tuple(sorted(both, key=lambda row: row.path)) if len(both) <= limit else None


def own(causal_id: str, paths: Iterable[str]) -> dict[str, list[LogMessage]]:
    """The start and the end of each of these actions, as far as they came."""
    found: dict[str, list[LogMessage]] = {}
    asked = LogMessage.objects.filter(
        causal_id=causal_id,
        action__in=list(paths),
        report=False,
        status__in=["started", "succeeded", "failed"],
    )
    for row in asked.order_by("path"):
        found.setdefault(row.action, []).append(row)
    return found


def failed_paths(causal_id: str, *, limit: int = 1000) -> list[str]:
    """The paths of what failed."""
    failed = LogAction.objects.filter(causal_id=causal_id, status="failed")
    return list(failed.order_by("path").values_list("path", flat=True)[:limit])
