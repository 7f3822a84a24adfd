"""The message convention, version 1: plain eliot messages of the types `progress` and `heartbeat`.

Every message is a complete snapshot, so readers need no history: the message with the highest `seq` is the
current state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from eliot_progress import ids, sanitise

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 1
PROGRESS = "progress"
HEARTBEAT = "heartbeat"

Outcome = Literal["succeeded", "failed", "cancelled"]
OUTCOMES: tuple[Outcome, ...] = ("succeeded", "failed", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One `progress` or `heartbeat` message. Times are seconds since 1970 by the sender's clock."""

    #: The reported action.
    task_uuid: str
    level: ids.Level
    action_type: str
    #: Increases with every message of the action; the highest one is the newest message.
    seq: int
    description: str
    #: The object of the work (`app.Model:pk`), and who requested it.
    about: str = ""
    by: str = ""
    done: float = 0
    #: None while unknown. May change, and `done` may exceed it.
    total: float | None = None
    unit: str = ""
    step: str = ""
    note: str = ""
    #: Units per second, and the likely range of seconds left; None while unknown.
    rate: float | None = None
    eta_s: tuple[float, float] | None = None
    started_at: float = 0
    #: When the process last sent a message, and when `done` last changed.
    beat_at: float = 0
    advanced_at: float = 0
    #: The promise: the next message comes by `next_by`; `grace_s` seconds later the work counts as stalled.
    next_by: float = 0
    grace_s: float = 0
    pid: int = 0
    host: str = ""
    #: Set on the last message only.
    outcome: Outcome | None = None
    reason: str = ""

    @property
    def id(self) -> str:
        """The id of the action: `uuid@/2/3`."""
        return ids.action_id(self.task_uuid, self.level)


#: Fields of a Report that keep their name in the message.
_TEXTS = ("description", "about", "by", "unit", "step", "note", "host", "reason")
_TIMES = ("started_at", "beat_at", "advanced_at", "next_by", "grace_s")
#: The largest time (in the year 2286), and the largest seq that floating point numbers hold exactly.
_LAST = 9_999_999_999
_HIGHEST_SEQ = 2**52


def fields(report: Report) -> dict[str, object]:
    """Return the message's fields, without eliot's task_uuid, task_level, timestamp and message_type."""
    return {
        "v": VERSION,
        "of": report.action_type,
        "seq": report.seq,
        "total": report.total,
        "rate": report.rate,
        "eta_s": None if report.eta_s is None else list(report.eta_s),
        "pid": report.pid,
        "outcome": report.outcome,
        **{name: getattr(report, name) for name in (*_TEXTS, "done", *_TIMES)},
    }


def parse(message: Mapping[str, object]) -> Report | None:
    """Return the report in an eliot message, or None if it holds none. Never raises.

    A malformed id makes the message no report, since ids are displayed, stored and searched. Other invalid
    values are sanitised.
    """
    uuid, level, seq = message.get("task_uuid"), message.get("task_level"), message.get("seq")
    if message.get("message_type") not in (PROGRESS, HEARTBEAT) or type(seq) is not int:
        return None
    if not 0 <= seq < _HIGHEST_SEQ or not ids.is_task_uuid(uuid) or not ids.is_level(level):
        return None
    outcome = message.get("outcome")
    return Report(
        task_uuid=uuid,
        level=tuple(level[:-1]),
        action_type=sanitise.text(message.get("of", "")),
        seq=seq,
        done=sanitise.number(message.get("done")) or 0,
        total=sanitise.total(message.get("total")),
        rate=sanitise.number(message.get("rate")),
        eta_s=_range(message.get("eta_s")),
        pid=int(_clamp(message.get("pid"))),
        outcome=outcome if outcome in OUTCOMES else None,
        **{name: sanitise.text(message.get(name, "")) for name in _TEXTS},  # type: ignore[arg-type]
        **{name: _clamp(message.get(name)) for name in _TIMES},  # type: ignore[arg-type]
    )


def _clamp(value: object) -> float:
    return min(max(sanitise.number(value) or 0, 0), _LAST)


def _range(value: object) -> tuple[float, float] | None:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    low, high = sanitise.total(value[0]), sanitise.total(value[1])
    return None if low is None or high is None else (low, high)
