"""Reads the tree of one causal id in parts: a page of an action's children, the failures, a whole subtree."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, Subquery

from eliot_progress.django import rows
from eliot_progress.django.models import LogAction, LogMessage
from eliot_progress.messages import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

#: The end of the range of paths below `x/`, since `0` follows `/`.
_AFTER_SLASH = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of an action's children, in tree order."""

    rows: tuple[LogAction | LogMessage, ...]
    #: The number of children of each action among them.
    children: dict[str, int]
    #: The path after which the next page starts; "" on the last page.
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An action that failed by itself, not because a child failed."""

    action: LogAction
    #: Its ancestors that are in this log, the outermost first.
    ancestors: tuple[LogAction, ...]


def action(causal_id: str, path: str = "") -> LogAction | None:
    """Return the action at this path, or None.

    A root that is not in this log, because a page or another machine started it, gets the type and the status
    of its first child.
    """
    found = LogAction.objects.filter(causal_id=causal_id, path=path).first()
    if found is not None and found.parent is None and not found.action_type:
        first = LogAction.objects.filter(causal_id=causal_id, parent="").exclude(action_type="")
        child = first.order_by("path").first()
        if child is not None:
            found.action_type, found.status = child.action_type, child.status
    return found


def roots(*, limit: int = 25) -> tuple[LogAction, ...]:
    """Return the roots of the tasks that logged most recently.

    A root that is not in this log, because a page or another machine started it, gets the type of its first
    child.
    """
    descendants = LogAction.objects.filter(causal_id=OuterRef("causal_id"), parent="").exclude(action_type="")
    first = Subquery(descendants.order_by("path").values("action_type")[:1])
    found = LogAction.objects.filter(parent=None).annotate(first=first).order_by("-last_message_at")[:limit]
    for root in found:
        root.action_type = root.action_type or root.first or ""
    return tuple(found)


def children(causal_id: str, parent: str, *, after: str = "", limit: int = 200) -> Page:
    """Return a page of the actions and plain messages directly below an action."""
    actions = LogAction.objects.filter(causal_id=causal_id, parent=parent, path__gt=after)
    plain = _plain(causal_id).filter(action=parent, path__gt=after)
    both: Iterator[LogAction | LogMessage] = merge(
        actions.order_by("path")[: limit + 1],
        plain.order_by("path")[: limit + 1],
        key=lambda row: row.path,  # the database sorts paths as Python does
    )
    found = tuple(islice(both, limit + 1))
    page = found[:limit]
    paths = [row.path for row in page if isinstance(row, LogAction)]
    more = page[-1].path if len(found) > limit else ""
    return Page(rows=page, children=child_counts(causal_id, paths), more=more)


def child_counts(causal_id: str, paths: Iterable[str]) -> dict[str, int]:
    """Return the number of children of these actions. Actions without any are omitted."""
    requested, counts = list(paths), dict[str, int]()
    actions = LogAction.objects.filter(causal_id=causal_id, parent__in=requested).values_list("parent")
    plain = _plain(causal_id).filter(action__in=requested).values_list("action")
    for grouped in (actions, plain):
        for path, count in grouped.annotate(Count("id")):
            counts[path] = counts.get(path, 0) + count
    return counts


def failures(causal_id: str, *, limit: int = 20) -> tuple[Failure, ...]:
    """Return the root causes among the failed actions with their ancestors, in tree order."""
    failed = LogAction.objects.filter(causal_id=causal_id, status="failed").order_by("path")
    failures_found: list[LogAction] = []
    previous: LogAction | None = None
    for row in failed[: limit * 50]:
        if previous is not None and not is_below(row.path, previous.path):
            failures_found.append(previous)
        previous = row
    failures_found = [*failures_found, previous][:limit] if previous is not None else []
    paths = {path for row in failures_found for path in ancestors(row.path)}
    known = LogAction.objects.filter(causal_id=causal_id, path__in=paths).exclude(action_type="")
    by_path = {row.path: row for row in known}
    return tuple(
        Failure(action=row, ancestors=tuple(by_path[path] for path in ancestors(row.path) if path in by_path))
        for row in failures_found
    )


def ancestors(path: str) -> list[str]:
    """Return the paths of the enclosing actions, the root first."""
    steps = path.split("/")
    return ["/".join(steps[:n]) for n in range(len(steps))] if path else []


def is_below(path: str, other: str) -> bool:
    """Whether `path` is anywhere below `other`."""
    return path != other and (not other or path.startswith(other + "/"))


def subtree(path: str) -> Q:
    """Match the rows at and below this path."""
    return Q(path=path) | Q(path__gt=path + "/", path__lt=path + _AFTER_SLASH) if path else Q()


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The size of a tree."""

    messages: int
    actions: int
    failed: int
    cancelled: int


def size(causal_id: str, path: str = "") -> Size:
    """Count what is at and below a path."""
    subtree_rows = Q(causal_id=causal_id) & subtree(path)
    actions = LogAction.objects.filter(subtree_rows).aggregate(
        all=Count("id"),
        failed=Count("id", filter=Q(status="failed")),
        cancelled=Count("id", filter=Q(status="cancelled")),
    )
    messages = LogMessage.objects.filter(subtree_rows).count()
    return Size(messages=messages, actions=actions.pop("all"), **actions)


def messages(causal_id: str, path: str = "") -> Iterator[dict[str, object]]:
    """Yield everything that an action caused: its messages and all below it, in tree order."""
    found = LogMessage.objects.filter(Q(causal_id=causal_id) & subtree(path)).order_by("path")
    for row in found.values_list("causal_id", "path", "at", "body").iterator(chunk_size=2000):
        yield rows.to_message(*row)


def _plain(causal_id: str) -> QuerySet[LogMessage]:
    return LogMessage.objects.filter(causal_id=causal_id, status="", report=False)


def small_tree(
    causal_id: str, path: str = "", *, limit: int = 200
) -> tuple[LogAction | LogMessage, ...] | None:
    """Return everything below an action, depth first; None if it is more than `limit` rows."""
    descendants = Q(causal_id=causal_id) & subtree(path) & ~Q(path=path)
    actions = list(LogAction.objects.filter(descendants).order_by("path")[: limit + 1])
    plain = _plain(causal_id).filter(subtree(path))
    both: list[LogAction | LogMessage] = [*actions, *plain.order_by("path")[: limit + 1]]
    return tuple(sorted(both, key=lambda row: row.path)) if len(both) <= limit else None


def own_messages(causal_id: str, paths: Iterable[str]) -> dict[str, list[LogMessage]]:
    """Return the start and the end of each of these actions, where they have arrived."""
    found: dict[str, list[LogMessage]] = {}
    requested = LogMessage.objects.filter(
        causal_id=causal_id,
        action__in=list(paths),
        report=False,
        status__in=["started", *OUTCOMES],
    )
    for row in requested.order_by("path"):
        found.setdefault(row.action, []).append(row)
    return found


def failed_paths(causal_id: str, *, limit: int = 1000) -> list[str]:
    """Return the paths of the failed actions."""
    failed = LogAction.objects.filter(causal_id=causal_id, status="failed")
    return list(failed.order_by("path").values_list("path", flat=True)[:limit])
