"""Formats the rows of trees for a page: texts and bars, whatever the labels hold."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from eliot_progress import sanitise
from eliot_progress.django import rows
from eliot_progress.django.models import LogAction, LogMessage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Fields that the row shows itself, or in full below it.
_SHOWN_ELSEWHERE = frozenset(
    (
        "action_type",
        "action_status",
        "duration_s",
        "message_type",
        "outcome",
        "reason",
        "exception",
        "traceback",
        "task_uuid",
    )
)
#: Characters of a summary line.
SUMMARY = 160
#: Characters of one message on a page; the export has all of them.
_DETAIL = 20_000
# Characters that can break a page although it is escaped: controls, bidirectional overrides, surrogates.
_UNSAFE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
#: The width of a waterfall in its own units.
_WIDTH = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRange:
    """The time that a waterfall covers, in seconds since 1970."""

    start: float
    end: float

    def bar(self, start: float, end: float) -> tuple[str, str]:
        """Return the position and the width of a bar, never too narrow to be visible."""
        duration = max(self.end - self.start, 1e-6)
        x = min(max(start - self.start, 0) / duration * _WIDTH, _WIDTH - 3)
        width = min(max(end - start, 0) / duration * _WIDTH, _WIDTH - x)
        return f"{x:.1f}", f"{max(width, 3):.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a tree."""

    path: str
    level: int
    is_action: bool
    title: str
    status: str
    summary: str
    reason: str
    took: str
    at: str
    x: str
    width: str
    done: str
    percent: str
    detail: str
    children: int
    open: bool
    #: Whether something below it failed.
    has_failures: bool

    @property
    def indent(self) -> range:
        """One element for each level of indentation."""
        return range(self.level - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRows:
    """Builds the rows of one tree."""

    time_range: TimeRange
    #: The depth of the action whose children are not indented.
    depth: int
    own: Mapping[str, list[LogMessage]]
    children: Mapping[str, int]
    failed: Iterable[str]
    expanded: frozenset[str]

    def row(self, item: LogAction | LogMessage) -> Row:
        """Return the row of an action or of a plain message."""
        return self._action(item) if isinstance(item, LogAction) else self._message(item)

    def _action(self, action: LogAction) -> Row:
        start = action.started_at if action.started_at is not None else action.last_message_at
        end = max(action.last_message_at, start) if action.ended_at is None else action.ended_at
        if action.started_at is not None and action.duration_s is not None:
            end = start + action.duration_s
        x, width = self.time_range.bar(start, end)
        own = self.own.get(action.path, [])
        prefix = action.path + "/"
        return Row(
            path=action.path,
            level=self._level(action.path),
            is_action=True,
            title=sanitise.text(action.action_type) or "(start missing)",
            status=action.status or "unknown",
            summary=summary(*own),
            reason=sanitise.text(action.reason, SUMMARY * 2),
            took=duration(action.duration_s),
            at=f"{start - self.time_range.start:+.3f} s",
            x=x,
            width=width,
            done=how_far(action.done, action.total, action.unit),
            percent=percent(action.done, action.total),
            detail=detail(*own),
            children=self.children.get(action.path, 0),
            open=action.path in self.expanded,
            has_failures=action.status != "failed" and any(path.startswith(prefix) for path in self.failed),
        )

    def _message(self, message: LogMessage) -> Row:
        x, width = self.time_range.bar(message.at, message.at)
        return Row(
            path=message.path,
            level=self._level(message.path),
            is_action=False,
            title=sanitise.text(message.kind) or "(message)",
            status="",
            summary=summary(message),
            reason="",
            took="",
            at=f"{message.at - self.time_range.start:+.3f} s",
            x=x,
            width=width,
            done="",
            percent="",
            detail=detail(message),
            children=0,
            open=False,
            has_failures=False,
        )

    def _level(self, path: str) -> int:
        return len(rows.level_of(path)) - self.depth


def duration(seconds: float | None) -> str:
    """Return `12 ms`, `3.25 s` or `4 min 10 s`; empty while unknown."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    if seconds < 60:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def time_left(low: float, high: float) -> str:
    """Return a range of seconds: `1 to 2 s`, or `1 min 0 s to 1 min 30 s`."""
    if high <= 60:
        return f"{low:.0f} to {high:.0f} s"
    return f"{f'{low:.0f} s' if low < 60 else duration(low)} to {duration(high)}"


def clock(at: float) -> str:
    """Return the date and time in the viewer's time zone, with milliseconds."""
    when = timezone.localtime(datetime.fromtimestamp(min(max(at, 0.0), 253402300799), UTC))
    return f"{when:%Y-%m-%d %H:%M:%S}.{when.microsecond // 1000:03d}"


def summary(*messages: LogMessage) -> str:
    """Return the author's own fields on one line."""
    fields: dict[str, object] = {}
    for message in messages:
        fields.update(json.loads(message.body))
    own = (f"{key}={_plain(value)}" for key, value in fields.items() if key not in _SHOWN_ELSEWHERE)
    return sanitise.text("  ".join(own), SUMMARY)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def detail(*messages: LogMessage) -> str:
    """Return the whole messages as readable JSON, truncated if they are huge."""
    text = "\n".join(pretty(rows.to_message(m.causal_id, m.path, m.at, m.body)) for m in messages)
    if len(text) <= _DETAIL:
        return text
    return f"{text[:_DETAIL]}\n… truncated; the export has the whole message."


def pretty(message: Mapping[str, object]) -> str:
    """Return indented JSON that is safe on any page."""
    text = json.dumps(message, ensure_ascii=False, indent=2)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def how_far(done: float | None, total: float | None, unit: str) -> str:
    """Return `120 / 300 frame`; empty while unknown."""
    if done is None:
        return ""
    return sanitise.text(f"{done:g}{'' if total is None else f' / {total:g}'} {unit}").strip()


def percent(done: float | None, total: float | None) -> str:
    """Return 0 to 100; empty while unknown."""
    return f"{min(max(done / total, 0), 1) * 100:.0f}" if done is not None and total else ""
