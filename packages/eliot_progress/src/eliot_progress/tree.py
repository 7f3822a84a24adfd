"""Builds the tree of actions from messages in any order, with duplicates and gaps, and formats it as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eliot_progress import ids, sanitise
from eliot_progress.messages import HEARTBEAT, PROGRESS, duration_of, status_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from eliot_progress.ids import Level

#: Fields of eliot and of the convention; all others are the author's.
_ENVELOPE = frozenset(
    {
        "task_uuid",
        "task_level",
        "timestamp",
        "message_type",
        "action_type",
        "action_status",
        "duration_s",
        "exception",
        "outcome",
        "reason",
    }
)


@dataclass(slots=True, eq=False)
class Node:
    """One action. It has no type while its start is missing (late or lost)."""

    level: Level
    action_type: str = ""
    #: started, succeeded, failed or cancelled; empty until the start or the end has arrived.
    status: str = ""
    started_at: float | None = None
    ended_at: float | None = None
    #: Seconds that it took, if its end says so.
    measured_s: float | None = None
    reason: str = ""
    #: The author's fields of the start and the end.
    fields: dict[str, object] = field(default_factory=dict)
    #: The newest progress report, as it was logged.
    report: Mapping[str, object] | None = None
    #: Child actions and plain messages by the last number of their level.
    children: dict[int, Node | Mapping[str, object]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether this action or any action below it failed."""
        below = (child for child in self.children.values() if isinstance(child, Node))
        return self.status == "failed" or any(child.failed for child in below)

    @property
    def duration_s(self) -> float | None:
        """Seconds from the start to the end; None while they are unknown."""
        if self.measured_s is not None:
            return self.measured_s
        return None if self.started_at is None or self.ended_at is None else self.ended_at - self.started_at


class Forest:
    """Collects messages in any order, and keeps one tree for each task."""

    def __init__(self, messages: Iterable[Mapping[str, object]] = ()) -> None:
        self.tasks: dict[str, Node] = {}
        for message in messages:
            self.add(message)

    def add(self, message: Mapping[str, object]) -> None:
        """Add one message. Anything that is not an eliot message is ignored; never raises."""
        uuid, level = message.get("task_uuid"), message.get("task_level")
        if not isinstance(uuid, str) or not ids.is_level(level):
            return
        node = self._node(uuid, level[:-1])
        kind = message.get("message_type")
        if status_of(message):
            _apply_status(node, message)
        elif kind in (PROGRESS, HEARTBEAT):
            if node.report is None or _seq(message) > _seq(node.report):
                node.report = message
        else:
            node.children.setdefault(level[-1], message)

    def _node(self, uuid: str, level: Sequence[int]) -> Node:
        node = self.tasks.get(uuid)
        if node is None:
            node = self.tasks[uuid] = Node(())
        for depth, step in enumerate(level, 1):
            child = node.children.get(step)
            if not isinstance(child, Node):
                child = node.children[step] = Node(tuple(level[:depth]))
            node = child
        return node


def _apply_status(node: Node, message: Mapping[str, object]) -> None:
    """Apply the start or the end of an action. An end outranks a start; a duplicate changes nothing."""
    status, at = status_of(message), message.get("timestamp")
    node.action_type = str(message.get("action_type", ""))
    node.fields.update({key: value for key, value in message.items() if key not in _ENVELOPE})
    when = at if isinstance(at, int | float) else None
    if status == "started":
        node.started_at, node.status = when, node.status or status
    else:
        node.ended_at, node.status, node.reason = when, status, sanitise.text(message.get("reason", ""))
        node.measured_s = duration_of(message)


def _seq(message: Mapping[str, object]) -> tuple[bool, int]:
    seq = message.get("seq")
    return message.get("outcome") is not None, seq if type(seq) is int else 0


def lines(node: Node, indent: str = "") -> Iterator[str]:
    """Yield the tree as text, a line for each action and message, depth first."""
    yield f"{indent}{_headline(node)}"
    for place in sorted(node.children):
        child = node.children[place]
        if isinstance(child, Node):
            yield from lines(child, indent + "  ")
        else:
            yield f"{indent}  - {sanitise.text(child.get('message_type', 'message'))}{_fields_text(child)}"


def _headline(node: Node) -> str:
    parts = [sanitise.text(node.action_type) or "(start missing)", node.status or "unknown"]
    if node.duration_s is not None:
        parts.append(f"{node.duration_s:.3f} s")
    if node.report is not None:
        parts.append(_progress(node.report))
    return " ".join([*parts, node.reason]).rstrip() + _fields_text(node.fields)


def _progress(report: Mapping[str, object]) -> str:
    done, total = sanitise.number(report.get("done")) or 0, sanitise.total(report.get("total"))
    return sanitise.text(
        f"[{done:g}{'' if total is None else f'/{total:g}'} {report.get('unit', '')}]".replace(" ]", "]")
    )


def _fields_text(fields: Mapping[str, object]) -> str:
    own = {key: value for key, value in fields.items() if key not in _ENVELOPE}
    texts = [f"{sanitise.text(key)}={sanitise.text(value)}" for key, value in own.items()]
    return f" {{{', '.join(texts)}}}" if texts else ""
