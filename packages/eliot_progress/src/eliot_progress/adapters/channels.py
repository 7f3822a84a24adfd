"""Channels: consumers inside actions, and the newest state of a task to its groups."""

from __future__ import annotations

import asyncio
import os
import re
import threading
import time
from collections import OrderedDict
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from channels.consumer import AsyncConsumer
from channels.layers import get_channel_layer
from eliot import log_message

from eliot_progress import context, sanitise
from eliot_progress.adapters.asgi import start_inbound
from eliot_progress.state import TaskState, from_dict, newer, to_dict, to_local_clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from channels.layers import BaseChannelLayer

#: Channels allows ASCII letters, digits, hyphens, underscores and periods, under 100 characters.
_GROUP_LIMIT = 90
_MISSING = "CHANNEL_LAYERS has no {!r}: add it to the settings."
_RETRY_S = 1.0


def group_name(about: str, prefix: str = "progress") -> str:
    """The group for an object: `progress.rendering.Movie-7`; the same for the same `about`, and no other."""
    safe = re.sub(r"[^A-Za-z0-9_.]", "-", about)
    if "-" in about or safe != about.replace(":", "-") or len(prefix) + len(safe) > _GROUP_LIMIT - 1:
        digest = blake2b(about.encode("utf-8", "replace"), digest_size=8).hexdigest()
        safe = f"{safe[: _GROUP_LIMIT - len(prefix) - 18]}-{digest}"
    return f"{prefix}.{safe}"


def task_group(identifier: str, prefix: str = "progress") -> str:
    """The group of one task, by its id."""
    return group_name(identifier, f"{prefix}-task")


def tree_group(causal_id: str, prefix: str = "progress") -> str:
    """The group of all tasks that one cause set going."""
    return group_name(causal_id, f"{prefix}-tree")


def all_tasks_group(prefix: str = "progress") -> str:
    """The group in which every task is told."""
    return f"{prefix}-everything"


def groups_of(state: TaskState, prefix: str = "progress") -> tuple[str, ...]:
    """Where a state is told: among everything, its task, its causal tree and, if it has one, its object."""
    groups = (all_tasks_group(prefix), task_group(state.id, prefix), tree_group(state.causal_id, prefix))
    return (*groups, group_name(state.about, prefix)) if state.about else groups


def publisher(
    group_prefix: str = "progress", *, alias: str = "default", interval_s: float = 0.05
) -> Callable[[TaskState], None]:
    """An `on_change` for `install` that posts `{"type": "progress.changed", "about": ..., "state": {...}}`.

    It only leaves a note and never blocks; a thread with an event loop of its own posts the newest state
    of each task to `groups_of` it: the first at once, then at most one every `interval_s` seconds, and
    always the last. In the group of a tree no task's last state gives way to another task's.
    A channel layer that fails is logged once, and states go on with the next change.
    Join groups on the server only, after asking who may see what: their names are no secrets.
    """
    return _Publisher(group_prefix, alias, interval_s).post


def changes(
    of: str | None, group_prefix: str = "progress", *, alias: str = "default"
) -> AbstractAsyncContextManager[Callable[[float], Awaitable[Sequence[TaskState]]]]:
    """Receive what `publisher` sends about a task, an object or (None) every task.

    For `ProgressResolvers(store, changes=changes)`.

    Inside the `async with`, awaiting `changed(longest_s)` gives the newest state of each task that was told
    since the last time, by this host's clock, or nothing when so many seconds have passed. While the channel
    layer fails, it gives nothing after a second at most: whoever waits looks for himself.
    """
    return _changes(of, group_prefix, alias)


@asynccontextmanager
async def _changes(
    of: str | None, group_prefix: str, alias: str
) -> AsyncIterator[Callable[[float], Awaitable[Sequence[TaskState]]]]:
    layer = get_channel_layer(alias)
    if layer is None:
        raise LookupError(_MISSING.format(alias))
    channel, ear = await layer.new_channel(), _Ear()
    one = () if of is None else (task_group(of, group_prefix), group_name(of, group_prefix))
    groups = one or (all_tasks_group(group_prefix),)
    for group in groups:
        await layer.group_add(group, channel)
    # In a context of its own: what a layer logs belongs to no reader. It waits without end, since a layer
    # takes a wait that is given up for a reader that has left.
    reader = asyncio.create_task(ear.listen(layer, channel), context=Context())
    try:
        yield ear.changed
    finally:
        for group in groups:
            await layer.group_discard(group, channel)
        reader.cancel()
        with suppress(asyncio.CancelledError):
            await reader


class _Ear:
    """What was told since somebody last asked: one state a task, so that it never grows by waiting."""

    def __init__(self) -> None:
        self._states: dict[str, TaskState] = {}
        self._heard = asyncio.Event()

    async def listen(self, layer: BaseChannelLayer, channel: str) -> None:
        while True:
            try:
                state = _told(await layer.receive(channel))
            except Exception:  # noqa: BLE001 - a layer may fail in any way; the state can still be read
                await asyncio.sleep(_RETRY_S)
            else:
                self._states[state.id] = newer(self._states.get(state.id, state), state)
            self._heard.set()

    async def changed(self, longest_s: float) -> Sequence[TaskState]:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._heard.wait(), longest_s)
        self._heard.clear()
        states, self._states = self._states, {}
        return tuple(states.values())


def _told(message: Mapping[str, Any]) -> TaskState:
    return to_local_clock(from_dict(message["state"]), time.time())


class CausalConsumer(AsyncConsumer):
    """First of a consumer's bases, sync or async: each message that it handles runs inside the right action.

    What the client sends is a task `websocket:message` of its own, whose `cause` names the connection that
    CausalASGI began. What another process sends through the channel layer goes on below its sender when it
    was sent with `inject(message)`, as `channels:message`. Everything else is the connection's.
    """

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handle one message."""
        action = _begun(message)
        if action is None:
            await super().dispatch(message)
            return
        with action:
            await super().dispatch(message)


def _begun(message: Mapping[str, str]) -> context.Action | None:
    if message.get("type") == "websocket.receive":
        return start_inbound("websocket:message")
    origin = context.extract(message)
    if origin is None:
        return None
    return origin.start_child("channels:message", type=sanitise.text(message.get("type", "")))


class _Publisher:
    def __init__(self, prefix: str, alias: str, interval_s: float) -> None:
        self._prefix = prefix
        self._alias = alias
        self._interval_s = interval_s
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._wake = threading.Condition()
        self._waiting: OrderedDict[str, TaskState] = OrderedDict()
        self._next: dict[str, float] = {}
        self._thread: threading.Thread | None = None
        self._failed = False

    def post(self, state: TaskState) -> None:
        """Note a state."""
        with self._wake:
            self._waiting[state.id] = state
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="eliot-progress-channels", daemon=True)
                self._thread.start()
            self._wake.notify()

    def _run(self) -> None:
        # One loop for the thread's life: a new one a message would make the layer connect anew each time.
        with asyncio.Runner() as runner:
            while True:
                runner.run(self._send(self._due()))

    def _due(self) -> tuple[TaskState, ...]:
        """Wait for tasks whose interval is over, and take their newest states."""
        with self._wake:
            while True:
                self._wake.wait_for(lambda: bool(self._waiting))
                now = time.monotonic()
                self._next = {task: at for task, at in self._next.items() if at > now}
                due = [task for task in self._waiting if task not in self._next]
                if due:
                    self._next.update(dict.fromkeys(due, now + self._interval_s))
                    return tuple(self._waiting.pop(task) for task in due)
                self._wake.wait(min(self._next[task] for task in self._waiting) - now)

    async def _send(self, states: tuple[TaskState, ...]) -> None:
        layer = get_channel_layer(self._alias)
        if layer is None:
            self._complain(LookupError(_MISSING.format(self._alias)))
            return
        for state in states:
            message = {"type": "progress.changed", "about": state.about, "state": to_dict(state)}
            try:
                for group in groups_of(state, self._prefix):
                    await layer.group_send(group, message)
            except Exception as error:  # noqa: BLE001 - a layer may fail in any way; progress must go on
                self._complain(error)
            else:
                self._failed = False

    def _complain(self, error: Exception) -> None:
        if not self._failed:
            self._failed = True
            log_message(
                "eliot_progress:channel_layer_failed", exception=type(error).__name__, reason=str(error)
            )
