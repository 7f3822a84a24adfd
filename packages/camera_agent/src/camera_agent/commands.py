"""The server's commands: each done once, one after another, beside everything else."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import eliot

from camera_agent.errors import AgentError, BadInput, SpoolError
from camera_agent.spool.orders import Order
from eliot_progress import extract
from eliot_progress.context import start_task

if TYPE_CHECKING:
    import threading

    from camera_agent.home import Json
    from camera_agent.spool.orders import Orders
    from eliot_progress import Origin

#: Seconds after which a result that a full card did not take is written once more.
REST_S = 1.0
#: An id longer than this is none.
LONGEST_ID = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a command came to: a sentence, and the capture or preview that was taken.

    `then` is done once that is written down.
    """

    message: str
    capture: str = ""
    then: Callable[[], None] | None = None


Action = Callable[[], Result]


class _Command(NamedTuple):
    id: str
    name: str
    #: What somebody did that caused it: what it does belongs to the same tree.
    origin: Origin | None


class Commands:
    """Takes commands from heartbeats, does them in a thread of its own, keeps what came of them.

    `ended` is called when there is a result to tell.
    """

    def __init__(
        self, orders: Orders, actions: Mapping[str, Action], *, ended: Callable[[], None] = lambda: None
    ) -> None:
        self._orders, self._actions, self._ended = orders, actions, ended
        self._waiting: queue.SimpleQueue[_Command | None] = queue.SimpleQueue()

    def take(self, commands: Json) -> None:
        """Note the commands of a heartbeat's answer; those known already are repetitions."""
        for command in commands if isinstance(commands, list) else []:
            if not isinstance(command, dict):
                continue
            identity = command.get("id")
            if not isinstance(identity, str) or not 0 < len(identity) <= LONGEST_ID:
                continue
            if self._orders.begin(identity):
                self._waiting.put(_Command(identity, str(command.get("name")), extract(command)))

    def run(self, stop: threading.Event) -> None:
        """Do what comes until `stop` is set and `wake` was called."""
        while not stop.is_set():
            command = self._waiting.get()
            if command is not None and not stop.is_set():
                self._do(command, stop)

    def wake(self) -> None:
        """Come back from waiting."""
        self._waiting.put(None)

    def _do(self, command: _Command, stop: threading.Event) -> None:
        then = None
        try:
            result = self._result(command)
            then = result.then
            order = Order(id=command.id, state="done", message=result.message, capture=result.capture)
        except AgentError as error:
            order = Order(id=command.id, state="failed", message=str(error))
        self._note(order, stop)
        self._ended()
        if then is not None:
            then()

    def _result(self, command: _Command) -> Result:
        start = start_task if command.origin is None else command.origin.start_child
        with start("camera:command", command=command.name, id=command.id) as action:
            result = self._action(command.name)()
            action.add_success_fields(message=result.message, capture=result.capture)
            return result

    def _note(self, order: Order, stop: threading.Event) -> None:
        """Write down what came of it; on a full card as soon as there is room."""
        while True:
            try:
                return self._orders.end(order)
            except SpoolError as error:
                eliot.log_message(message_type="camera:trouble", message=str(error))
                if stop.wait(REST_S):
                    return None

    def _action(self, name: str) -> Action:
        if name not in self._actions:
            raise BadInput(f"{name!r} is not a command of this agent: {', '.join(sorted(self._actions))}.")
        return self._actions[name]
