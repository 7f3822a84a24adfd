"""Where am I in the tree of causes: actions with unique levels, and the causal id in and out of headers."""

from __future__ import annotations

import os
import re
import threading
import time
from contextvars import copy_context
from functools import wraps
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar
from uuid import uuid4

import eliot
from eliot import Logger, current_action
from eliot._action import _ACTION_CONTEXT, TaskLevel

from eliot_progress import ids
from eliot_progress.action import Action as Action  # noqa: PLC0414 - a part of what this module offers
from eliot_progress.errors import MalformedPathError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from eliot_progress.ids import Level

_P = ParamSpec("_P")
_R = TypeVar("_R")

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)
#: The vendor key in `tracestate` under which the path of the sender travels.
_VENDOR = "eliot"
_STATE_LIMIT = 512
_adopting = threading.Lock()


def start(action_type: str, **fields: object) -> Action:
    """Start an action below the current one (or a new task) and log its start. The caller finishes it."""
    return _started(_below(None, action_type), fields)


def continue_from(origin: Origin | None, action_type: str, **fields: object) -> Action:
    """Start an action below where a message came from, or as `start` does when it names nothing.

    The caller finishes it.
    """
    return _started(_below(origin, action_type), fields)


def start_task(action_type: str, **fields: object) -> Action:
    """Start a new task, with a causal id of its own, whatever action is current. The caller finishes it."""
    return _started(_root(action_type), fields)


def log_message(message_type: str, **fields: object) -> None:
    """Log a message below the current action: as eliot's `log_message` does, without its copies."""
    action = _ACTION_CONTEXT.get(None)
    if type(action) is Action and type(action._logger) is Logger:  # noqa: SLF001 - our own class
        action.send(message_type, fields)
    else:
        eliot.log_message(message_type, **fields)


def current() -> Action | None:
    """The current action, with atomic levels from now on, or None."""
    action = current_action()
    if action is None or isinstance(action, Action):
        return action
    with _adopting:
        if not isinstance(action, Action):
            # A stock eliot action: its counter goes on, atomically, from where it is.
            last = action._last_child  # noqa: SLF001 - eliot offers no other way to the counter
            Action.set_next_level(action, last.as_list()[-1] + 1 if last else 1)
            action.__class__ = Action
    return action  # type: ignore[no-any-return] # it is one now


def causal_id() -> str | None:
    """The causal id of the current action: 32 hex digits, the same for everything one click caused."""
    action = current_action()
    return None if action is None else ids.causal_id(action.task_uuid)


def with_context(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Wrap `function` so that it runs below the action that is current now, in whichever thread calls it.

    Threads and executors start without a context: `pool.submit(with_context(work), item)`. The wrapper may
    be called any number of times, also concurrently; the ids stay unique.
    """
    here = copy_context()

    @wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        return here.copy().run(function, *args, **kwargs)

    return call


def _below(origin: Origin | None, action_type: str) -> Action:
    if origin is not None:
        level = [*origin.level, _attempts()]
        return Action(None, origin.task_uuid, TaskLevel(level=level), action_type)
    parent = current()
    return _root(action_type) if parent is None else parent.child(None, action_type)


def _root(action_type: str) -> Action:
    return Action(None, str(uuid4()), TaskLevel(level=[]), action_type)


def _started(action: Action, fields: dict[str, object]) -> Action:
    action._start(fields)  # noqa: SLF001 - eliot's own start_action does the same
    return action


class Origin(NamedTuple):
    """Where a message, request or task came from: the place in a tree to go on below, later or elsewhere."""

    task_uuid: str
    level: Level

    @classmethod
    def of(cls, action: Action) -> Origin:
        """The place of an action."""
        return cls(task_uuid=action.task_uuid, level=action.level)

    @property
    def causal_id(self) -> str:
        """32 hex digits."""
        return ids.causal_id(self.task_uuid)

    def start_child(self, action_type: str, **fields: object) -> Action:
        """Start an action below this place at a level of its own, however often this is done.

        The level is chosen here, by the consumer: a retry or a redelivery of the same message brings the same
        origin, and must still not repeat any id.
        """
        return _started(_below(self, action_type), fields)


def current_origin() -> Origin | None:
    """The current action as an origin, for work that goes on below it later; None without an action."""
    action = current()
    return None if action is None else Origin.of(action)


class _Attempts:
    """Microseconds since 1970, strictly growing in this process: unique among attempts, sorted by time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def __call__(self) -> int:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1000)
            return self._last


_attempts = _Attempts()


def _after_fork() -> None:
    """In a forked child: the copied counter must not give the ids that the parent gives too."""
    action = current()
    if action is not None:
        action.set_next_level(_attempts())


os.register_at_fork(after_in_child=_after_fork)


def inject(headers: MutableMapping[str, str], origin: Origin | None = None) -> bool:
    """Write the current place (or `origin`) into `headers`: `traceparent`, and `tracestate` with the path.

    The current place is an action `context:send` of its own, below which each receiver goes on; from too deep
    a place it goes on below the root. Other vendors' entries of `tracestate` are kept. False, and nothing
    written, when there is no action.
    """
    if origin is None:
        if current() is None:
            return False
        sent = start("context:send")
        sent.finish()
        origin = Origin.of(sent)
    path = ids.portable_path(origin.level)
    if path is None:
        # A chain without end: it goes on below the root, under the same causal id.
        log_message("context:cut", cause=ids.action_id(origin.task_uuid, origin.level))
        origin, path = Origin(task_uuid=origin.task_uuid, level=()), ""
    headers["traceparent"] = f"00-{origin.causal_id}-{ids.span_id(origin.task_uuid, origin.level)}-01"
    headers["tracestate"] = _first(f"{_VENDOR}={path}", headers.get("tracestate"))
    return True


def _first(ours: str, state: object) -> str:
    """Our entry, then as many of the other vendors' as there is room for."""
    if not state:
        return ours
    others = [entry for entry in _entries(state) if not entry.startswith(f"{_VENDOR}=")]
    while others and len(",".join([ours, *others])) > _STATE_LIMIT:
        others.pop()
    return ",".join([ours, *others])


def extract(headers: Mapping[str, object]) -> Origin | None:
    """The origin that `headers` name, or None when they name none or a malformed one. Never raises.

    Other names, and values that are no text, are passed over: anything that was received may be given.
    """
    parent = headers.get("traceparent")
    match = _TRACEPARENT.fullmatch(parent) if isinstance(parent, str) else None
    if match is None:
        return None
    return Origin(task_uuid=ids.task_uuid(match[1]), level=_path_in(headers.get("tracestate", "")))


def _path_in(state: object) -> Level:
    for entry in _entries(state):
        vendor, _, path = entry.partition("=")
        if vendor == _VENDOR:
            try:
                return ids.decode_path(path)
            except MalformedPathError:
                return ()
    return ()


def _entries(state: object) -> list[str]:
    if not state or not isinstance(state, str):
        return []
    return [entry.strip() for entry in state[: 4 * _STATE_LIMIT].split(",") if "=" in entry]
