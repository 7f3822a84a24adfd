"""Runs the server's commands: each once, one after another, in a thread of its own."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import eliot

from camera_agent.errors import AgentError, BadInput, SpoolError
from camera_agent.spool.command_results import CommandResult
from eliot_progress import extract
from eliot_progress.context import start_task

if TYPE_CHECKING:
    import threading

    from camera_agent.home import Json
    from camera_agent.spool.command_results import CommandResults
    from eliot_progress import Origin

#: Seconds after which a result that a full card rejected is written again.
RETRY_S = 1.0
#: Longer ids, and those with letters that a message can't repeat, are rejected.
MAX_ID_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOutcome:
    """What an action returns: a sentence, and the id of the capture or preview that it took.

    `then` is called once the outcome is on disk.
    """

    message: str
    capture: str = ""
    then: Callable[[], None] | None = None


Action = Callable[[], CommandOutcome]


class _Command(NamedTuple):
    id: str
    name: str
    #: The action on the server that caused it; the command is logged below it.
    origin: Origin | None


class CommandRunner:
    """Receives commands from heartbeats and runs their actions. `on_finish` is called after each result."""

    def __init__(
        self,
        results: CommandResults,
        actions: Mapping[str, Action],
        *,
        on_finish: Callable[[], None] = lambda: None,
    ) -> None:
        self._results, self._actions, self._on_finish = results, actions, on_finish
        self._pending: queue.SimpleQueue[_Command | None] = queue.SimpleQueue()

    def receive(self, commands: Json) -> None:
        """Queue the commands of a heartbeat's response, except those that are known already."""
        for command in commands if isinstance(commands, list) else []:
            if not isinstance(command, dict):
                continue
            identity = command.get("id")
            if not isinstance(identity, str) or not 0 < len(identity) <= MAX_ID_LENGTH:
                continue
            if not identity.isprintable():
                continue
            if self._results.start(identity):
                self._pending.put(
                    _Command(identity, str(command.get("name"))[:MAX_ID_LENGTH], extract(command))
                )

    def run(self, stop: threading.Event) -> None:
        """Run commands until `stop` is set and `wake` was called."""
        while not stop.is_set():
            command = self._pending.get()
            if command is not None and not stop.is_set():
                self._execute(command, stop)

    def wake(self) -> None:
        """Interrupt the wait for commands."""
        self._pending.put(None)

    def _execute(self, command: _Command, stop: threading.Event) -> None:
        then = None
        try:
            outcome = self._outcome(command)
            then = outcome.then
            result = CommandResult(
                id=command.id, state="done", message=outcome.message, capture=outcome.capture
            )
        except AgentError as error:
            result = CommandResult(id=command.id, state="failed", message=str(error))
        self._store(result, stop)
        self._on_finish()
        if then is not None:
            then()

    def _outcome(self, command: _Command) -> CommandOutcome:
        start = start_task if command.origin is None else command.origin.start_child
        with start("camera:command", command=command.name, id=command.id) as action:
            outcome = self._action(command.name)()
            action.add_success_fields(message=outcome.message, capture=outcome.capture)
            return outcome

    def _store(self, result: CommandResult, stop: threading.Event) -> None:
        """Write a result to disk; while the card is full, try again."""
        while True:
            try:
                return self._results.finish(result)
            except SpoolError as error:
                eliot.log_message(message_type="camera:trouble", message=str(error))
                if stop.wait(RETRY_S):
                    return None

    def _action(self, name: str) -> Action:
        if name not in self._actions:
            raise BadInput(f"{name!r} is not a command of this agent: {', '.join(sorted(self._actions))}.")
        return self._actions[name]
