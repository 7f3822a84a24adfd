"""The message convention, version 1: plain eliot messages of type `progress` and `heartbeat`.

Every message is a whole snapshot, so a reader needs no history: the one with the highest `seq` is the truth.
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

    #: The action it speaks of.
    task_uuid: str
    level: ids.Level
    action_type: str
    #: Grows by at least one with every message of the action; decides which message is the newest.
    seq: int
    description: str
    #: What the work is about (`app.Model:pk`), and who asked for it.
    about: str = ""
    by: str = ""
    done: float = 0
    #: None while unknown. May change, and `done` may pass it.
    total: float | None = None
    unit: str = ""
    step: str = ""
    note: str = ""
    #: Units per second, and the likely range of seconds left; None while unknown.
    rate: float | None = None
    eta_s: tuple[float, float] | None = None
    started_at: float = 0
    #: When the process last showed a sign of life, and when the work last moved.
    beat_at: float = 0
    advanced_at: float = 0
    #: The promise: another message comes by then; after `grace_s` more it may be given up.
    next_by: float = 0
    grace_s: float = 0
    pid: int = 0
    host: str = ""
    #: Set on the last message alone.
    outcome: Outcome | None = None
    reason: str = ""

    @property
    def id(self) -> str:
        """The id of the action: `uuid@/2/3`."""
        return ids.action_id(self.task_uuid, self.level)


#: Fields of a Report that travel under their own name.
_TEXTS = ("description", "about", "by", "unit", "step", "note", "host", "reason")
_TIMES = ("started_at", "beat_at", "advanced_at", "next_by", "grace_s")
#: Times end in the year 2286, and seqs where floating point numbers begin to leave some out.
_LAST = 9_999_999_999
_HIGHEST_SEQ = 2**52


def fields(report: Report) -> dict[str, object]:
    """The message's fields, besides eliot's task_uuid, task_level, timestamp and message_type."""
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
    """The report in an eliot message, or None when it is none. Never raises.

    Malformed ids make it none: they would be shown, stored and searched for. Other odd values are made sane.
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
        pid=int(_within(message.get("pid"))),
        outcome=outcome if outcome in OUTCOMES else None,
        **{name: sanitise.text(message.get(name, "")) for name in _TEXTS},  # type: ignore[arg-type]
        **{name: _within(message.get(name)) for name in _TIMES},  # type: ignore[arg-type]
    )


def _within(value: object) -> float:
    return min(max(sanitise.number(value) or 0, 0), _LAST)


def _range(value: object) -> tuple[float, float] | None:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    low, high = sanitise.total(value[0]), sanitise.total(value[1])
    return None if low is None or high is None else (low, high)
