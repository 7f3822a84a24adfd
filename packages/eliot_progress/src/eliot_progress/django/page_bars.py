"""What a bar in a page shows: one task, or several as the parts of a whole, in words and a percentage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from eliot_progress import parts, sanitise, stall
from eliot_progress.django import presentation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eliot_progress.state import TaskState

BarState = Literal[
    "none", "waiting", "alive", "late", "stalled", "succeeded", "failed", "cancelled", "unknown"
]

#: What decides the state of a whole: the first of these that one of its parts is in.
_FIRST: tuple[BarState, ...] = ("failed", "cancelled", "stalled", "late", "alive")
_WORDS: dict[BarState, str] = {
    "none": "nothing to show yet",
    "waiting": "waiting for the next part",
    "alive": "alive",
    "late": "late: a report is overdue",
    "stalled": "stalled: its process has ended or hangs",
    "succeeded": "done",
    "failed": "failed",
    "cancelled": "cancelled",
    "unknown": "can't be read at the moment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar: `percent` is from 0 to 100 and None while unknown, the others are texts for people."""

    title: str
    percent: float | None
    #: How far it is, and the time left: `120 / 300 frame, 40 to 60 s left`.
    sentence: str
    state: BarState
    #: The state in words, with the reason of a failure.
    words: str


def bar(states: Sequence[TaskState | None], now: float, *, title: str = "") -> Bar:
    """Return the bar of one task, or of the parts of a whole (each counts the same), at `now` (since 1970).

    None is a part that has not begun.
    """
    known = [state for state in states if state is not None]
    verdict = _verdict([_state(state, now) for state in states])
    label = title or (sanitise.text(known[0].description or known[0].action_type) if known else "")
    return Bar(
        title=label,
        percent=_percent(states),
        sentence=", ".join(
            filter(None, (_how_far(states), _left(states) if verdict in ("alive", "late") else ""))
        ),
        state=verdict,
        words=": ".join(filter(None, (_WORDS[verdict], _reason(known)))),
    )


def unknown(title: str) -> Bar:
    """Return the bar of work whose store can't be read."""
    return Bar(title=title, percent=None, sentence="", state="unknown", words=_WORDS["unknown"])


def _state(state: TaskState | None, now: float) -> BarState:
    if state is None:
        return "none"
    if state.outcome is not None:
        return state.outcome
    if parts.is_waiting(state):
        return "waiting"
    return stall.judge(state, now).value  # type: ignore[return-value] # it has not finished


def _verdict(parts: Sequence[BarState]) -> BarState:
    for each in _FIRST:
        if each in parts:
            return each
    if len(set(parts)) == 1:
        return parts[0]
    return "waiting"


def _percent(states: Sequence[TaskState | None]) -> float | None:
    shares = [_share(state) for state in states]
    if len(shares) == 1:
        return None if shares[0] is None else round(100 * shares[0], 1)
    return round(100 * sum(share or 0 for share in shares) / len(shares), 1)


def _share(state: TaskState | None) -> float | None:
    if state is None:
        return None
    if state.outcome == "succeeded":
        return 1.0
    return min(max(state.done / state.total, 0), 1) if state.total else None


def _how_far(states: Sequence[TaskState | None]) -> str:
    if len(states) > 1:
        ended = sum(state is not None and state.outcome == "succeeded" for state in states)
        return f"{ended} of {len(states)} parts done"
    state = states[0]
    if state is None or (not state.done and state.total is None):
        return ""
    if (done := parts.succeeded(state)) is not None:
        return _how_far_whole(state, done)
    return presentation.how_far(state.done, state.total, state.unit)


def _how_far_whole(state: TaskState, done: int) -> str:
    known = state.total is not None
    far = (
        f"{done} of {state.total:g} parts done" if known else f"parts done: {done}, of how many is not known"
    )
    return f"{far}, now: {state.step}" if state.step and state.outcome is None else far


def _left(states: Sequence[TaskState | None]) -> str:
    """Return the time left, if all parts that have not ended can tell theirs."""
    ranges = [
        None if state is None else state.eta_s for state in states if state is None or state.outcome is None
    ]
    if not ranges or None in ranges:
        return ""
    low, high = (max(ends) for ends in zip(*filter(None, ranges), strict=True))
    return f"{presentation.time_left(low, high)} left"


def _reason(known: Sequence[TaskState]) -> str:
    reasons = (state.reason for state in known if state.outcome in ("failed", "cancelled") and state.reason)
    return sanitise.text(next(reasons, ""), presentation.SUMMARY * 2)
