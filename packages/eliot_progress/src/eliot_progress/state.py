"""The state of a task as plain values, and the pure reducer that turns messages in any order into states."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from eliot_progress import ids, parts, sanitise
from eliot_progress.messages import OUTCOMES, parse, status_of
from eliot_progress.messages import TaskState as TaskState  # noqa: PLC0414 - part of this module's interface

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eliot_progress.messages import Outcome


_FIELDS = tuple(f.name for f in fields(TaskState))
_TIMES = ("started_at", "heartbeat_at", "advanced_at", "next_by")
#: Seconds that a message may take to arrive; a larger difference counts as clock skew.
SKEW_S = 2.0


def to_dict(state: TaskState) -> dict[str, object]:
    """Return the state as plain JSON values."""
    return {name: getattr(state, name) for name in _FIELDS}


def from_dict(values: Mapping[str, object]) -> TaskState:
    """Return the state that `to_dict` wrote, also after a trip through JSON. Unknown keys are ignored."""
    known = {name: values[name] for name in _FIELDS if name in values}
    eta = known.get("eta_s")
    known["eta_s"] = tuple(eta) if isinstance(eta, list | tuple) else None
    return TaskState(**known)  # type: ignore[arg-type] # our own JSON


def to_local_clock(state: TaskState, at: float) -> TaskState:
    """Return the state by the clock of the host that received it at `at` (seconds since 1970).

    The clocks of two hosts may differ by minutes. If they differ by more than SKEW_S, the state's times are
    shifted so that it was sent when it was received; its promise counts from there.
    """
    skew = at - state.heartbeat_at
    if abs(skew) <= SKEW_S:
        return state
    return replace(state, **{name: getattr(state, name) + skew for name in _TIMES})


def newer(one: TaskState, other: TaskState) -> TaskState:
    """Return the later of two states of the same task. An outcome is final."""
    return max(one, other, key=lambda state: (state.outcome is not None, state.seq))


#: Ended actions remembered in case their reports arrive later; the oldest are dropped.
_ENDS = 100_000


class Reducer:
    """Turns messages into states. Any order, duplicates and gaps lead to the same states.

    Only tasks that report are kept; other eliot messages are ignored.
    """

    def __init__(self, messages: Iterable[Mapping[str, object]] = ()) -> None:
        self._states: dict[str, TaskState] = {}
        self._ends: dict[str, tuple[Outcome, str]] = {}
        for message in messages:
            self.add(message)

    def add(self, message: Mapping[str, object]) -> TaskState | None:
        """Process one message. Returns the task's state, or None for a message of no known task."""
        state = parse(message)
        if state is None:
            return self._add_part(message) or self._end(message)
        known = self._states.get(state.id)
        self._states[state.id] = state if known is None else newer(known, state)
        return self.get(state.id)

    def _add_part(self, message: Mapping[str, object]) -> TaskState | None:
        """Add the report of a part to its whole. Returns the whole's new state, or None."""

        def put(state: TaskState) -> bool:
            self._states[state.id] = state
            return True

        return parts.record(message, self._states.get, put)

    def _end(self, message: Mapping[str, object]) -> TaskState | None:
        """Apply the end of an action: it closes the state even when the last report was lost."""
        status, uuid, level = status_of(message), message.get("task_uuid"), message.get("task_level")
        if status not in OUTCOMES or not ids.is_task_uuid(uuid) or not ids.is_level(level):
            return None
        identifier = ids.action_id(uuid, level[:-1])
        self._ends[identifier] = (status, sanitise.text(message.get("reason", "")))
        if len(self._ends) > _ENDS:
            del self._ends[next(iter(self._ends))]
        return self.get(identifier)

    def get(self, identifier: str) -> TaskState | None:
        """Return the state of the task with this id, or None."""
        state, end = self._states.get(identifier), self._ends.get(identifier)
        if state is None or state.outcome is not None or state.parts is not None or end is None:
            return state  # the parts of a whole go on when the action that sent them has ended
        return replace(state, outcome=end[0], reason=end[1])

    def forget_ended(self, before: float) -> None:
        """Forget the tasks that ended before a time (seconds since 1970)."""
        for identifier, state in self.states.items():
            if state.outcome is not None and state.heartbeat_at < before:
                del self._states[identifier]
                self._ends.pop(identifier, None)

    @property
    def states(self) -> dict[str, TaskState]:
        """All states by task id."""
        return {identifier: state for identifier in self._states if (state := self.get(identifier))}

    def children(self, identifier: str) -> tuple[TaskState, ...]:
        """Return the tasks that report from anywhere below this one, in tree order."""
        below = (s for s in self.states.values() if s.id != identifier and _is_below(s.id, identifier))
        return tuple(sorted(below, key=lambda state: ids.split_action_id(state.id)[1]))


def _is_below(identifier: str, ancestor: str) -> bool:
    return identifier.startswith(ancestor if ancestor.endswith("/") else ancestor + "/")
