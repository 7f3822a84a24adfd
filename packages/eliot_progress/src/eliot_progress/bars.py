"""Running tasks as lines of text, for terminals and pipes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eliot_progress import ids, sanitise, stall

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eliot_progress.state import TaskState

_WIDTH = 30
#: Shown when there are no bars.
NO_TASKS = "No tasks are running."


def nested(states: Iterable[TaskState]) -> list[tuple[TaskState, int]]:
    """Sort states by their start, each nested task below its parent, and return each with its depth."""
    known = {ids.split_action_id(state.id): state for state in states}

    def ancestors(uuid: str, level: ids.Level) -> list[TaskState]:
        places = ((uuid, level[:depth]) for depth in range(len(level)))
        return [known[place] for place in places if place in known]

    def order(place: tuple[str, ids.Level]) -> tuple[float, str, ids.Level]:
        return [*ancestors(*place), known[place]][0].started_at, *place

    return [(known[place], len(ancestors(*place))) for place in sorted(known, key=order)]


def bars(states: Sequence[TaskState], now: float) -> list[str]:
    """Return one line for each task, sorted by start; nested tasks are indented below their parents."""
    return [bar(state, now, "  " * depth) for state, depth in nested(states)]


def bar(state: TaskState, now: float, indent: str = "") -> str:
    """Return one line: how far the task is, how fast, the time left, and whether it is alive."""
    label = indent + sanitise.text(state.description, 30)
    return "  ".join([f"{label:<30}", _draw(state), count_text(state), *status_words(state, now)])


def count_text(state: TaskState) -> str:
    """Return the count: `120/300 frame`."""
    done = f"{state.done:g}/{state.total:g}" if state.total else f"{state.done:g}"
    return f"{done} {sanitise.text(state.unit, 20)}".strip()


def status_words(state: TaskState, now: float) -> list[str]:
    """Return the rate, the time left, the step, the note, and the liveness or outcome."""
    found = []
    if state.rate and state.outcome is None:
        found.append(f"{state.rate:.3g}/s")
    if state.eta_s and state.outcome is None:
        found.append(f"{state.eta_s[0]:.0f} to {state.eta_s[1]:.0f} s left")
    found += [sanitise.text(word, 40) for word in (state.step, state.note) if word]
    ends = (state.outcome or stall.judge(state, now).value, sanitise.text(state.reason))
    return [*found, *(word for word in ends if word)]


def _draw(state: TaskState) -> str:
    filled = round(_WIDTH * min(1.0, max(0.0, state.done / state.total))) if state.total else 0
    return "█" * filled + "░" * (_WIDTH - filled)
