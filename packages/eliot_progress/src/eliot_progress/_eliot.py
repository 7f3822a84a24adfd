"""Everything that this package uses of eliot's private names, and the action class built on them.

eliot offers no public way to the current-action variable, to the level counter or to the destinations.
`tests/test__eliot.py` fails with the name and its purpose when an eliot release changes one of them.
"""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import eliot
from eliot import Logger
from eliot._action import _ACTION_CONTEXT, TaskLevel

from eliot_progress import ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextvars import ContextVar

    from eliot_progress.ids import Level

#: The variable that holds eliot's current action; it has no default.
CURRENT_ACTION: ContextVar[eliot.Action] = _ACTION_CONTEXT
#: Where `Logger.write` sends messages.
_destinations = Logger._destinations  # noqa: SLF001 - this module is the place for it
_adopting = threading.Lock()


class Action(eliot.Action):  # type: ignore[misc] # eliot has no types
    """An eliot action whose levels come from one atomic counter, and whose messages are not copied.

    eliot reads its own counter, then writes it, so threads that log in one action may get the same level
    (up to 42 % duplicates were measured). Children of this class are of this class too.
    """

    _finished: bool
    _finish_callbacks: tuple[Callable[[BaseException | None], None], ...] = ()

    def __init__(
        self,
        logger: object,
        task_uuid: str,
        task_level: TaskLevel,
        action_type: str,
        serializers: object = None,
    ) -> None:
        super().__init__(logger, task_uuid, task_level, action_type, serializers)
        self.set_next_level(1)

    def start(self, fields: dict[str, object]) -> None:
        """Log the start message."""
        self._start(fields)

    def _start(self, fields: dict[str, object]) -> None:
        if type(self._logger) is Logger and self._serializers is None:
            self._send_status("started", fields)
        else:
            super()._start(fields)

    def set_next_level(self, first: int) -> None:
        """Number the next message or child `first`, and those after it upwards."""
        self._level = tuple(self._task_level.as_list())
        self._levels = itertools.count(first)

    def _nextTaskLevel(self) -> TaskLevel:  # noqa: N802 - eliot's name
        return TaskLevel(level=[*self._level, next(self._levels)])

    def log(self, message_type: str, **fields: object) -> None:
        """Log a message in this action."""
        if type(self._logger) is Logger and "__eliot_logger__" not in fields:
            self._send(message_type, fields)
        else:
            super().log(message_type, **fields)  # another logger, such as the one of eliot.testing

    def _send_status(self, status: str, fields: dict[str, object]) -> None:
        """Send a start or success message as eliot does, without copying: `fields` belongs to this call."""
        fields["action_status"] = status
        fields["timestamp"] = time.time()
        fields.update(self._identification)
        fields["task_level"] = [*self._level, next(self._levels)]
        _destinations.send(fields, self._logger)

    def _send(self, message_type: str, fields: dict[str, object]) -> None:
        """Send a message to eliot's own logger as eliot does, without copying, as above."""
        fields["timestamp"] = time.time()
        fields["task_uuid"] = self._identification["task_uuid"]
        fields["task_level"] = [*self._level, next(self._levels)]
        fields["message_type"] = message_type
        _destinations.send(fields, self._logger)

    def add_finish_callback(self, callback: Callable[[BaseException | None], None]) -> None:
        """Call `callback` with the action's exception, or None, just before the action ends."""
        self._finish_callbacks = (*self._finish_callbacks, callback)

    def remove_finish_callback(self, callback: Callable[[BaseException | None], None]) -> None:
        """Undo `add_finish_callback`. Unknown callbacks are ignored."""
        self._finish_callbacks = tuple(each for each in self._finish_callbacks if each != callback)

    def finish(self, exception: BaseException | None = None) -> None:
        """Log the end. Only the first call has an effect."""
        callbacks, self._finish_callbacks = self._finish_callbacks, ()
        for callback in callbacks:
            callback(exception)
        if self._finished or exception is not None or type(self._logger) is not Logger or self._serializers:
            super().finish(exception)
            return
        self._finished = True
        self._send_status("succeeded", {**self._successFields})

    @property
    def level(self) -> Level:
        """The action's position in its task: `(2, 3)`."""
        return self._level

    @property
    def id(self) -> str:
        """The action's id: `uuid@/2/3`."""
        return ids.action_id(self.task_uuid, self.level)


def new_task(action_type: str) -> Action:
    """Create the root action of a new task. The caller starts it."""
    return Action(None, str(uuid4()), TaskLevel(level=[]), action_type)


def new_action(task_uuid: str, level: Iterable[int], action_type: str) -> Action:
    """Create an action at a given position of a task. The caller starts it."""
    return Action(None, task_uuid, TaskLevel(level=list(level)), action_type)


def current() -> Action | None:
    """Return the current action, or None. A stock eliot action becomes an `Action`, in place."""
    action = eliot.current_action()
    if action is None or isinstance(action, Action):
        return action
    with _adopting:
        if not isinstance(action, Action):
            last = action._last_child  # noqa: SLF001 - this module is the place for it
            Action.set_next_level(action, last.as_list()[-1] + 1 if last else 1)
            action.__class__ = Action
    return action  # type: ignore[no-any-return] # it is an Action now


def log_message(message_type: str, **fields: object) -> None:
    """Log a message in the current action, like eliot's `log_message` but without its copies."""
    action = CURRENT_ACTION.get(None)
    if type(action) is Action and type(action._logger) is Logger:  # noqa: SLF001 - our own class
        action._send(message_type, fields)  # noqa: SLF001 - our own class
    else:
        eliot.log_message(message_type, **fields)
