"""Everything that this package uses of eliot's private names, and the action class built on them.

eliot offers no public way to the current-action variable, to the level counter or to the destinations.
`tests/test__eliot.py` fails with the name and its purpose when an eliot release changes one of them.
"""

from __future__ import annotations

import itertools
import os
import time
from contextvars import Token
from typing import TYPE_CHECKING
from uuid import uuid4

import eliot
from eliot import Logger
from eliot._action import _ACTION_CONTEXT, TaskLevel
from eliot._errors import get_fields_for_exception
from eliot._util import safeunicode

from eliot_progress import ids, interruptions, numbering
from eliot_progress.cancellation import outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextvars import ContextVar
    from types import TracebackType
    from typing import Self

    from eliot_progress.ids import Level

#: The variable that holds eliot's current action; it has no default.
CURRENT_ACTION: ContextVar[eliot.Action] = _ACTION_CONTEXT
#: Where `Logger.write` sends messages.
_destinations = Logger._destinations  # noqa: SLF001 - this module is the place for it
#: How often this process and its parents were forked off.
_forks = 0


def has_destinations() -> bool:
    """Whether anything receives messages. eliot keeps the last thousand until something does."""
    return bool(_destinations._any_added)  # noqa: SLF001 - this module is the place for it


def _after_fork() -> None:
    global _forks  # noqa: PLW0603 - read by every message, so that no fork needs to find all actions
    _forks += 1


os.register_at_fork(after_in_child=_after_fork)


class Action(eliot.Action):  # type: ignore[misc] # eliot has no types
    """An eliot action whose levels come from one atomic counter, and whose messages are not copied.

    eliot reads its own counter, then writes it, so threads that log in one action may get the same level
    (up to 42 % duplicates were measured). Children of this class are of this class too.

    In a forked child, an action that the parent began goes on one level deeper, as an action of its own:
    parent and child must not choose the same ids.
    """

    _finished: bool
    #: The action that was current before this one, and whether this one was left while another was current.
    _before: eliot.Action | None = None
    #: When it was started, by a clock that nobody sets; None for a stock action that became one of ours.
    _started_at: float | None = None
    _bypassed = False
    #: The object that the whole is about of which this action is a part; empty for all others.
    about_of_whole = ""
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
        self._level = tuple(task_level.as_list())
        self._levels = itertools.count(1)
        self._forks = _forks

    def start(self, fields: dict[str, object]) -> None:
        """Log the start message."""
        self._start(fields)

    def _start(self, fields: dict[str, object]) -> None:
        self._started_at = time.monotonic()
        if type(self._logger) is Logger and self._serializers is None:
            self._send_status("started", fields)
        else:
            super()._start(fields)

    def _nextTaskLevel(self) -> TaskLevel:  # noqa: N802 - eliot's name
        if self._forks != _forks:
            self._continue_in_fork()
        return TaskLevel(level=[*self._level, next(self._levels)])

    def _continue_in_fork(self) -> None:
        # Kept under a name of this fork: an interruption that logs finds the same counter.
        place = ((*self._level, numbering.fork()), itertools.count(1))
        self._level, self._levels = self.__dict__.setdefault(f"_place_{_forks}", place)
        self._forks = _forks
        self._start({"pid": os.getpid()})

    def log(self, message_type: str, **fields: object) -> None:
        """Log a message in this action."""
        if type(self._logger) is Logger and "__eliot_logger__" not in fields:
            self._send(message_type, fields)
        else:
            super().log(message_type, **fields)  # another logger, such as the one of eliot.testing

    def _send_status(self, status: str, fields: dict[str, object]) -> None:
        """Send a start or an end as eliot does, without copying: `fields` belongs to this call."""
        fields["action_status"] = status
        fields["timestamp"] = time.time()
        fields.update(self._identification)
        if self._forks != _forks:
            self._continue_in_fork()
        fields["task_level"] = [*self._level, next(self._levels)]
        _destinations.send(fields, self._logger)
        if interruptions.noted is not None:
            interruptions.raise_noted(fields)

    def _send(self, message_type: str, fields: dict[str, object]) -> None:
        """Send a message to eliot's own logger as eliot does, without copying, as above."""
        fields["timestamp"] = time.time()
        fields["task_uuid"] = self._identification["task_uuid"]
        if self._forks != _forks:
            self._continue_in_fork()
        fields["task_level"] = [*self._level, next(self._levels)]
        fields["message_type"] = message_type
        _destinations.send(fields, self._logger)
        if interruptions.noted is not None:
            interruptions.raise_noted(fields)

    def enter(self) -> None:
        """Make this the current action."""
        self._before = CURRENT_ACTION.get(None)
        if self._bypassed:
            self._bypassed = False
        CURRENT_ACTION.set(self)

    def leave(self) -> None:
        """Make the action that was current before this one the current one again, as the end of a scope."""
        current, before = CURRENT_ACTION.get(None), self._before
        if current is self:
            self._before = None
        else:
            self._bypassed = True
            if all(action is not self for action in _entered_before(current)):
                return
        if type(before) is Action and before._bypassed:  # noqa: SLF001 - our own class
            before = _not_bypassed(before)
        CURRENT_ACTION.set(before)

    def step_aside(self) -> None:
        """Do the same, unless another action was entered since and is still current.

        Loops that run side by side end in any order: one that ends while another is current is bypassed when
        that one ends, and never becomes current again.
        """
        if CURRENT_ACTION.get(None) is self:
            self.leave()
        else:
            self._bypassed = True

    def __enter__(self) -> Self:
        self.enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
        self.finish(error)

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
        if self._finished or type(self._logger) is not Logger or self._serializers:
            super().finish(exception)
            return
        self._finished = True
        fields = {**self._successFields} if exception is None else self._fields_of(exception)
        if self._started_at is not None:
            fields["duration_s"] = time.monotonic() - self._started_at
        self._send_status("succeeded" if exception is None else "failed", fields)

    def _fields_of(self, exception: BaseException) -> dict[str, object]:
        """Return the fields of a failed end: eliot's, and the outcome if it is a cancellation."""
        fields: dict[str, object] = {**get_fields_for_exception(self._logger, exception)}
        kind = type(exception)
        fields.update(exception=f"{kind.__module__}.{kind.__name__}", reason=safeunicode(exception))
        if outcome_of(exception) == "cancelled":
            fields["outcome"] = "cancelled"
        return fields

    @property
    def is_part_in_fork(self) -> bool:
        """Whether this is the part of a parent's action that a forked child logs."""
        return len(self._level) > len(self._task_level.as_list())

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
    action = CURRENT_ACTION.get(None)
    if isinstance(action, Action) and action._bypassed:  # noqa: SLF001 - our own class
        CURRENT_ACTION.set(_not_bypassed(action))
        return current()
    if action is not None and not isinstance(action, Action):
        _adopt(action)
    return action  # type: ignore[no-any-return] # it is an Action now


def _adopt(action: eliot.Action) -> None:
    """Make a stock action an `Action`. Whoever does the same meanwhile finds the same counter."""
    last, token = action._last_child, getattr(action, "_parent_token", None)  # noqa: SLF001 - the place for it
    own = action.__dict__
    own.setdefault("_levels", itertools.count(last.as_list()[-1] + 1 if last else 1))
    own.setdefault("_level", tuple(action._task_level.as_list()))  # noqa: SLF001 - as above
    own.setdefault("_forks", _forks)
    own.setdefault("_before", None if token is None or token.old_value is Token.MISSING else token.old_value)
    action.__class__ = Action


def _entered_before(action: eliot.Action | None) -> Iterator[eliot.Action]:
    while isinstance(action, Action) and action._before is not None:  # noqa: SLF001 - our own class
        action = action._before  # noqa: SLF001 - as above
        yield action


def _not_bypassed(action: eliot.Action | None) -> eliot.Action | None:
    while isinstance(action, Action) and action._bypassed:  # noqa: SLF001 - our own class
        action = action._before  # noqa: SLF001 - as above
    return action


def is_about_of_whole(about: str) -> bool:
    """Whether the current action is in a part of a whole about this object."""
    action = current()
    return any(
        isinstance(each, Action) and each.about_of_whole == about
        for each in (action, *_entered_before(action))
    )


def log_message(message_type: str, **fields: object) -> None:
    """Log a message in the current action, like eliot's `log_message` but without its copies."""
    action = CURRENT_ACTION.get(None)
    if type(action) is Action and type(action._logger) is Logger and not action._bypassed:  # noqa: SLF001 - our own class
        action._send(message_type, fields)  # noqa: SLF001 - our own class
    else:
        current()
        eliot.log_message(message_type, **fields)
