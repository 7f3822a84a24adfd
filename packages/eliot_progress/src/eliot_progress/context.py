"""The current position in the causal tree: starting actions, and carrying the causal id in headers."""

from __future__ import annotations

import re
from contextvars import copy_context
from functools import wraps
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar

import eliot

from eliot_progress import _eliot, ids, numbering
from eliot_progress._eliot import Action as Action  # noqa: PLC0414 - part of this module's interface
from eliot_progress._eliot import current as current  # noqa: PLC0414 - as above
from eliot_progress._eliot import log_message as log_message  # noqa: PLC0414 - as above
from eliot_progress.errors import MalformedPathError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from eliot_progress.ids import Level

_P = ParamSpec("_P")
_R = TypeVar("_R")

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)
#: The vendor key in `tracestate` that holds the sender's path.
_VENDOR = "eliot"
_STATE_LIMIT = 512


def start(action_type: str, **fields: object) -> Action:
    """Start a child of the current action, or a new task if there is none. The caller finishes it."""
    return _start(_new_child(None, action_type), fields)


def continue_from(origin: Origin | None, action_type: str, **fields: object) -> Action:
    """Start a child of the place that a message came from, or do as `start` does if `origin` is None.

    The caller finishes it.

    `with continue_from(extract(headers), "server:store"): ...`
    """
    return _start(_new_child(origin, action_type), fields)


def start_task(action_type: str, **fields: object) -> Action:
    """Start a new task with its own causal id, whatever action is current. The caller finishes it."""
    return _start(_eliot.new_task(action_type), fields)


def causal_id() -> str | None:
    """Return the causal id of the current action: 32 hex digits, the same for all that one click caused."""
    action = eliot.current_action()
    return None if action is None else ids.causal_id(action.task_uuid)


def with_context(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Wrap `function` so that it runs below the action that is current now, in whichever thread calls it.

    Threads and executors start without a context: `pool.submit(with_context(work), item)`. The wrapper may
    be called any number of times, also concurrently; the ids stay unique.
    """
    captured = copy_context()

    @wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        return captured.copy().run(function, *args, **kwargs)

    return call


def _new_child(origin: Origin | None, action_type: str) -> Action:
    if origin is not None:
        return _eliot.new_action(origin.task_uuid, [*origin.level, numbering.attempt()], action_type)
    parent = current()
    return _eliot.new_task(action_type) if parent is None else parent.child(None, action_type)


def _start(action: Action, fields: dict[str, object]) -> Action:
    action.start(fields)
    return action


class Origin(NamedTuple):
    """Where a message, request or task came from: the place in a tree to continue from."""

    task_uuid: str
    level: Level

    @classmethod
    def of(cls, action: Action) -> Origin:
        """Return the place of an action."""
        return cls(task_uuid=action.task_uuid, level=action.level)

    @property
    def causal_id(self) -> str:
        """The causal id of the task: 32 hex digits."""
        return ids.causal_id(self.task_uuid)

    def start_child(self, action_type: str, **fields: object) -> Action:
        """Start an action below this place, at a level of its own. The caller finishes it.

        The consumer chooses the level: a retry or a redelivery of a message brings the same origin, and
        must not repeat an id.
        """
        return _start(_new_child(self, action_type), fields)


def current_origin() -> Origin | None:
    """Return the current action as an origin, for work that continues later; None without an action."""
    action = current()
    return None if action is None else Origin.of(action)


def inject(headers: MutableMapping[str, str], origin: Origin | None = None) -> bool:
    """Write `origin`, or the current place, into `headers`: `traceparent`, and `tracestate` with the path.

    Without `origin`, an action `context:send` is logged; every receiver continues below it. A place that is
    too deep to travel is replaced by the root of its task. Other vendors' entries of `tracestate` are kept.
    Returns False, and writes nothing, when there is no action.
    """
    if origin is None:
        if current() is None:
            return False
        sent = start("context:send")
        sent.finish()
        origin = Origin.of(sent)
    path = ids.portable_path(origin.level)
    if path is None:
        # An endless chain continues below the root, under the same causal id.
        log_message("context:cut", cause=ids.action_id(origin.task_uuid, origin.level))
        origin, path = Origin(task_uuid=origin.task_uuid, level=()), ""
    headers["traceparent"] = f"00-{origin.causal_id}-{ids.span_id(origin.task_uuid, origin.level)}-01"
    headers["tracestate"] = _merge_tracestate(f"{_VENDOR}={path}", headers.get("tracestate"))
    return True


def _merge_tracestate(ours: str, state: object) -> str:
    """Put our entry first, then as many entries of other vendors as fit."""
    if not state:
        return ours
    others = [entry for entry in _entries(state) if not entry.startswith(f"{_VENDOR}=")]
    while others and len(",".join([ours, *others])) > _STATE_LIMIT:
        others.pop()
    return ",".join([ours, *others])


def extract(headers: Mapping[str, object]) -> Origin | None:
    """Return the origin in `headers`, or None when there is none or it is malformed. Never raises.

    Unknown names and values that are not text are ignored, so untrusted input is fine.
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
