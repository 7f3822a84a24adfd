"""Channels: consumers inside actions, and a plain publisher of task states to groups.

A project that already has a channel of its own passes its own publisher to `install` and its own feed to
`ProgressResolvers`: see `outbox.Publisher` and `running_tasks.ChangeFeed`.
"""

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

from eliot_progress import context, sanitise
from eliot_progress.adapters.asgi import start_inbound
from eliot_progress.context import log_message
from eliot_progress.state import TaskState, from_dict, newer, to_dict, to_local_clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from channels.layers import BaseChannelLayer

    from eliot_progress.outbox import Publisher

#: Channels allows ASCII letters, digits, hyphens, underscores and periods, under 100 characters.
_GROUP_LIMIT = 90
_MISSING = "CHANNEL_LAYERS has no {!r}: add it to the settings."
_RETRY_S = 1.0


def group_name(about: str, prefix: str = "progress") -> str:
    """Return the group of an object, and of no other: `progress.rendering.Movie-7`."""
    safe = re.sub(r"[^A-Za-z0-9_.]", "-", about)
    if "-" in about or safe != about.replace(":", "-") or len(prefix) + len(safe) > _GROUP_LIMIT - 1:
        digest = blake2b(about.encode("utf-8", "replace"), digest_size=8).hexdigest()
        safe = f"{safe[: _GROUP_LIMIT - len(prefix) - 18]}-{digest}"
    return f"{prefix}.{safe}"


def all_tasks_group(prefix: str = "progress") -> str:
    """Return the group that receives the states of all tasks."""
    return f"{prefix}-everything"


def groups_of(state: TaskState, prefix: str = "progress") -> tuple[str, ...]:
    """Return the groups that receive a state: all tasks, and the task's object if it has one."""
    everything = all_tasks_group(prefix)
    return (everything, group_name(state.about, prefix)) if state.about else (everything,)


def publisher(
    group_prefix: str = "progress", *, alias: str = "default", interval_s: float = 0.05
) -> Publisher:
    """Return an `on_change` for `install` that sends each state to `groups_of` it.

    The message is `{"type": "progress.changed", "about": ..., "state": {...}}`.

    It never blocks: a thread with its own event loop sends the newest state of each task, the first at once,
    then at most one every `interval_s` seconds, and always the last. A channel layer that fails is logged
    once, and sending resumes with the next change. Join groups on the server only, after checking
    permissions: their names are not secrets.
    """
    return _ChannelPublisher(group_prefix, alias, interval_s).publish


def changes(
    of: str | None, group_prefix: str = "progress", *, alias: str = "default"
) -> AbstractAsyncContextManager[Callable[[float], Awaitable[Sequence[TaskState]]]]:
    """Receive what `publisher` sends about a task, an object or (None) all tasks.

    For `ProgressResolvers(store, changes=changes)`. Inside the `async with`, awaiting `changed(timeout_s)`
    returns the newest state of each task since the last call, by this host's clock, or nothing after
    `timeout_s` seconds. While the channel layer fails, it returns nothing after a second at most, so that the
    caller reads the store.
    """
    return _changes(of, group_prefix, alias)


@asynccontextmanager
async def _changes(
    of: str | None, group_prefix: str, alias: str
) -> AsyncIterator[Callable[[float], Awaitable[Sequence[TaskState]]]]:
    layer = get_channel_layer(alias)
    if layer is None:
        raise LookupError(_MISSING.format(alias))
    is_object = of is not None and "@/" not in of
    group = group_name(of or "", group_prefix) if is_object else all_tasks_group(group_prefix)
    channel, subscription = await layer.new_channel(), _Subscription(of)
    await layer.group_add(group, channel)
    # In a context of its own: what a layer logs belongs to no reader. It waits without a timeout, because a
    # layer takes a cancelled wait for a reader that has left.
    reader = asyncio.create_task(subscription.read(layer, channel), context=Context())
    try:
        yield subscription.changed
    finally:
        await layer.group_discard(group, channel)
        reader.cancel()
        with suppress(asyncio.CancelledError):
            await reader


class _Subscription:
    """The newest state of each task since the last call, so that it never grows by waiting."""

    def __init__(self, of: str | None) -> None:
        self._of = of
        self._states: dict[str, TaskState] = {}
        self._received = asyncio.Event()

    async def read(self, layer: BaseChannelLayer, channel: str) -> None:
        while True:
            try:
                state = _received_state(await layer.receive(channel))
            except Exception:  # noqa: BLE001 - a layer may fail in any way; the state can still be read
                await asyncio.sleep(_RETRY_S)
            else:
                if self._of not in (None, state.id, state.about):
                    continue
                self._states[state.id] = newer(self._states.get(state.id, state), state)
            self._received.set()

    async def changed(self, timeout_s: float) -> Sequence[TaskState]:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._received.wait(), timeout_s)
        self._received.clear()
        states, self._states = self._states, {}
        return tuple(states.values())


def _received_state(message: Mapping[str, Any]) -> TaskState:
    return to_local_clock(from_dict(message["state"]), time.time())


class CausalConsumer(AsyncConsumer):
    """First of a consumer's bases, sync or async: each message that it handles runs inside the right action.

    A client's message is a task `websocket:message` of its own, whose `cause` names the connection's action
    of CausalASGI. A message of another process through the channel layer, sent with `inject(message)`,
    continues below its sender as `channels:message`. All others belong to the connection.
    """

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handle one message."""
        action = _start_message(message)
        if action is None:
            await super().dispatch(message)
            return
        with action:
            await super().dispatch(message)


def _start_message(message: Mapping[str, str]) -> context.Action | None:
    if message.get("type") == "websocket.receive":
        return start_inbound("websocket:message")
    origin = context.extract(message)
    if origin is None:
        return None
    return origin.start_child("channels:message", type=sanitise.text(message.get("type", "")))


class _ChannelPublisher:
    """Sends the newest state of each task from a thread with one event loop."""

    def __init__(self, prefix: str, alias: str, interval_s: float) -> None:
        self._prefix = prefix
        self._alias = alias
        self._interval_s = interval_s
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._wake = threading.Condition()
        self._waiting: OrderedDict[str, TaskState] = OrderedDict()
        self._next_at: dict[str, float] = {}
        self._thread: threading.Thread | None = None
        self._failed = False

    def publish(self, state: TaskState) -> None:
        """Queue a state."""
        with self._wake:
            self._waiting[state.id] = state
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="eliot-progress-channels", daemon=True)
                self._thread.start()
            self._wake.notify()

    def _run(self) -> None:
        # One loop for the thread's life: with a new loop for each message, the layer would reconnect.
        with asyncio.Runner() as runner:
            while True:
                runner.run(self._send(self._due()))

    def _due(self) -> tuple[TaskState, ...]:
        """Wait for tasks whose interval has passed, and take their newest states."""
        with self._wake:
            while True:
                self._wake.wait_for(lambda: bool(self._waiting))
                now = time.monotonic()
                self._next_at = {task: at for task, at in self._next_at.items() if at > now}
                due = [task for task in self._waiting if task not in self._next_at]
                if due:
                    self._next_at.update(dict.fromkeys(due, now + self._interval_s))
                    return tuple(self._waiting.pop(task) for task in due)
                self._wake.wait(min(self._next_at[task] for task in self._waiting) - now)

    async def _send(self, states: tuple[TaskState, ...]) -> None:
        layer = get_channel_layer(self._alias)
        if layer is None:
            self._log_failure(LookupError(_MISSING.format(self._alias)))
            return
        for state in states:
            message = {"type": "progress.changed", "about": state.about, "state": to_dict(state)}
            try:
                for group in groups_of(state, self._prefix):
                    await layer.group_send(group, message)
            except Exception as error:  # noqa: BLE001 - a layer may fail in any way; progress must go on
                self._log_failure(error)
            else:
                self._failed = False

    def _log_failure(self, error: Exception) -> None:
        if not self._failed:
            self._failed = True
            log_message(
                "eliot_progress:channel_layer_failed", exception=type(error).__name__, reason=str(error)
            )
