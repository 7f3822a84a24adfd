"""Wholes of several parts that run in processes of their own: the message `part`, and the fold to one state.

Each report is about one part and repeats what the whole is, so reports may arrive in any order and more than
once. A whole keeps two bits a part and what runs now, never a list of its parts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from eliot_progress import ids, sanitise
from eliot_progress.messages import OUTCOMES, TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eliot_progress.messages import Outcome

#: The type of the message.
PART = "part"
#: Parts that a whole counts one by one. With more, their number stays unknown.
MAX_PARTS = 100_000
#: Parts whose state is kept while they run. Of further ones only the end counts.
MAX_RUNNING = 100
#: Different names of running parts that are listed.
_MAX_NAMES = 3
#: The time until which a whole promises nothing: its next part waits for a worker.
_NO_PROMISE = 9_999_999_999.0
WAITING = "waiting for the next part"
#: How often to fold again when another process was faster.
_ATTEMPTS = 200
#: The place of what ended the sending itself: before all parts.
_SENDER = -1
_EMPTY: dict[str, Any] = {"sent": None, "succeeded": "0", "ended": "0", "worst": None, "running": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What each report repeats about the whole. Its id is that of the action that sent the parts."""

    id: str
    action_type: str
    about: str
    by: str
    started_at: float

    def to_dict(self) -> dict[str, object]:
        """Return the fields for a message or a header."""
        return {
            "whole": self.id,
            "of": self.action_type,
            "about": self.about,
            "by": self.by,
            "started_at": self.started_at,
        }

    @classmethod
    def read(cls, fields: Mapping[str, object]) -> Whole | None:
        """Return the whole in these fields, or None if its id is malformed. Never raises."""
        identifier = fields.get("whole")
        if not isinstance(identifier, str) or not ids.is_action_id(identifier):
            return None
        return cls(
            id=identifier,
            action_type=sanitise.text(fields.get("of", "")),
            about=sanitise.text(fields.get("about", "")),
            by=sanitise.text(fields.get("by", "")),
            started_at=_time(fields.get("started_at")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReport:
    """What one part, or the sender of all, reports. Times are seconds since 1970 by the sender's clock."""

    whole: Whole
    at: float
    #: The part's number from 0; None when the sender reports.
    part: int | None = None
    #: How many parts there are; the sender knows when it has sent all.
    sent: int | None = None
    name: str = ""
    #: The share of this part that is done, from 0 to 1.
    share: float = 0
    #: The promise, as in TaskState; 0 while the part does not run: it will be tried again.
    next_by: float = 0
    grace_s: float = 0
    outcome: Outcome | None = None
    reason: str = ""

    def fields(self) -> dict[str, object]:
        """Return the message's fields, without eliot's."""
        own = ("part", "sent", "name", "share", "next_by", "grace_s", "outcome", "reason")
        return {**self.whole.to_dict(), **{name: getattr(self, name) for name in own}}


def parse(message: Mapping[str, object]) -> PartReport | None:
    """Return the report in an eliot message, or None if it is none. Never raises."""
    if message.get("message_type") != PART or (whole := Whole.read(message)) is None:
        return None
    part, outcome = message.get("part"), message.get("outcome")
    if part is not None and not is_number(part):
        return None
    sent = message.get("sent")
    return PartReport(
        whole=whole,
        at=_time(message.get("timestamp")),
        part=part,  # type: ignore[arg-type] # checked above
        sent=sent if is_number(sent) else None,  # type: ignore[arg-type] # checked here
        name=sanitise.text(message.get("name", "")),
        share=min(1.0, max(0.0, sanitise.number(message.get("share")) or 0)),
        next_by=_time(message.get("next_by")),
        grace_s=_time(message.get("grace_s")),
        outcome=outcome if outcome in OUTCOMES else None,
        reason=sanitise.text(message.get("reason", "")),
    )


def is_number(value: object) -> bool:
    """Whether this is the number of a part, or how many there are."""
    return type(value) is int and 0 <= value <= MAX_PARTS


def _time(value: object) -> float:
    return min(max(sanitise.number(value) or 0, 0), _NO_PROMISE)


def record(
    message: Mapping[str, object],
    get: Callable[[str], TaskState | None],
    put: Callable[[TaskState], bool],
) -> TaskState | None:
    """Add a report to the whole that a store keeps. Returns the new state; None if there was nothing new.

    `put` returns False, and changes nothing, if the stored state is not older. Raises TimeoutError if other
    processes were faster each time.
    """
    report = parse(message)
    if report is None:
        return None
    for _ in range(_ATTEMPTS):
        state = add(get(report.whole.id), report)
        if state is None or put(state):
            return state
    raise TimeoutError(
        f"{_ATTEMPTS} times another report of {report.whole.id} was faster. It is tried again."
    )


def add(state: TaskState | None, report: PartReport) -> TaskState | None:
    """Return the state of the whole with this report; None if that says nothing new."""
    before = _EMPTY if state is None or state.parts is None else state.parts
    after = _with_sender(before, report) if report.part is None else _with_part(before, report.part, report)
    if state is None:
        state = _begun(report.whole)
    elif after == before:
        return None
    # A store shifts the times of a report that arrived late; the start of the whole stays where it was.
    return _state(replace(state, started_at=report.whole.started_at), after, report.at)


def _with_sender(before: dict[str, Any], report: PartReport) -> dict[str, Any]:
    after = before if report.sent is None else {**before, "sent": report.sent}
    return _with_end(after, _SENDER, report) if report.outcome else after


def _with_part(before: dict[str, Any], part: int, report: PartReport) -> dict[str, Any]:
    bit, ended = 1 << part, int(before["ended"], 16)
    if part >= MAX_PARTS or ended & bit:
        return before
    running = dict(before["running"])
    known = running.pop(str(part), None)
    if report.outcome is not None:
        succeeded = int(before["succeeded"], 16) | (bit if report.outcome == "succeeded" else 0)
        after = {**before, "running": running, "ended": f"{ended | bit:x}", "succeeded": f"{succeeded:x}"}
        return _with_end(after, part, report)
    if known is not None and known["at"] >= report.at:
        return before
    if report.next_by and len(running) < MAX_RUNNING:
        running[str(part)] = {
            name: getattr(report, name) for name in ("at", "name", "share", "next_by", "grace_s")
        }
    return {**before, "running": running}


def _with_end(after: dict[str, Any], part: int, report: PartReport) -> dict[str, Any]:
    """Keep why the whole can't succeed: a failure before a cancellation, then the earliest part."""
    if report.outcome == "succeeded":
        return after
    end = [report.outcome == "cancelled", part, report.reason]
    return after if after["worst"] and after["worst"] <= end else {**after, "worst": end}


def _begun(whole: Whole) -> TaskState:
    return TaskState(
        id=whole.id,
        causal_id=ids.causal_id(ids.split_action_id(whole.id)[0]),
        action_type=whole.action_type,
        description=whole.action_type,
        about=whole.about,
        by=whole.by,
        seq=0,
        unit="part",
        started_at=whole.started_at,
        advanced_at=whole.started_at,
    )


def _state(state: TaskState, parts: dict[str, Any], at: float) -> TaskState:
    running = parts["running"].values()
    done = round(int(parts["succeeded"], 16).bit_count() + sum(part["share"] for part in running), 3)
    outcome, reason = _end(parts)
    next_by, grace_s = _promise(parts)
    heartbeat_at = max(at, state.heartbeat_at)
    return replace(
        state,
        seq=state.seq + 1,
        done=done,
        total=parts["sent"],
        step=_names(parts),
        note="" if running or outcome else WAITING,
        heartbeat_at=heartbeat_at,
        advanced_at=heartbeat_at if done != state.done else state.advanced_at,
        next_by=next_by,
        grace_s=grace_s,
        outcome=outcome,
        reason=reason,
        parts=parts,
    )


def _end(parts: dict[str, Any]) -> tuple[Outcome | None, str]:
    if parts["worst"]:
        cancelled, _, reason = parts["worst"]
        return "cancelled" if cancelled else "failed", reason
    all_ended = parts["sent"] is not None and int(parts["ended"], 16).bit_count() >= parts["sent"]
    return "succeeded" if all_ended else None, ""


def _promise(parts: dict[str, Any]) -> tuple[float, float]:
    """Return the promise of the running part that will count as stalled first."""
    running = parts["running"].values()
    ends = [(part["next_by"] + part["grace_s"], part["next_by"], part["grace_s"]) for part in running]
    return min(ends)[1:] if ends else (_NO_PROMISE, 0.0)


def _names(parts: dict[str, Any]) -> str:
    """Return what runs now: `Rendering`, or `Rendering (3 at once), Sending`."""
    counted = Counter(part["name"] for part in parts["running"].values()).most_common()
    named = [name if n == 1 else f"{name} ({n} at once)" for name, n in counted[:_MAX_NAMES]]
    return sanitise.text(", ".join([*named, *(["…"] if counted[_MAX_NAMES:] else [])]))


def succeeded(state: TaskState) -> int | None:
    """Return how many parts of a whole have succeeded; None for a task that is no whole."""
    return None if state.parts is None else int(state.parts["succeeded"], 16).bit_count()


def is_waiting(state: TaskState) -> bool:
    """Whether this is a whole of which no part runs now, and that has not ended."""
    return state.parts is not None and state.outcome is None and not state.parts["running"]
