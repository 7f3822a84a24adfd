"""Strawberry: operations as actions, and the type `Progress` for a UI's progress bars."""

from __future__ import annotations

from asyncio import CancelledError
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import strawberry
from strawberry.extensions import SchemaExtension

from eliot_progress import sanitise, stall
from eliot_progress.adapters.asgi import start_inbound
from eliot_progress.adapters.graphql_ws import operation_extensions
from eliot_progress.messages import TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from graphql import GraphQLError
    from strawberry.types import StreamExecutionResult

    from eliot_progress.context import Action


class CausalExtension(SchemaExtension):
    """Each operation is an action `graphql:operation`: `Schema(..., extensions=[CausalExtension])`.

    Resolvers run inside it, and so does a subscription's generator until its end. Over a websocket the
    operation is a task of its own, whose `cause` names the connection, or it continues below the click that
    the page names (`graphql_ws.CausalWebSocketHandler`). It fails with the first error of the result. If its
    client left, it succeeds with `completed` false.
    """

    _action: Action
    _context: AbstractContextManager[object]
    _error: BaseException | None = None

    def on_operation(self) -> Iterator[None]:
        """Keep the action current from the request to the last result."""
        execution = self.execution_context
        action = start_inbound(
            "graphql:operation",
            operation_extensions(),
            operation=sanitise.text(execution.operation_name or ""),
        )
        self._action = action
        self._enter()
        try:
            yield
        except (GeneratorExit, CancelledError):
            action.add_success_fields(completed=False)
            raise
        except BaseException as error:
            self._error = error
            raise
        finally:
            self._context.__exit__(None, None, None)
            self._record_errors(execution.pre_execution_errors)
            action.finish(self._error)

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """Leave the action while a result is delivered: a generator shares its consumer's context."""
        self._record_errors(getattr(result, "errors", None))
        self._context.__exit__(None, None, None)
        try:
            yield
        finally:
            self._enter()

    def _enter(self) -> None:
        self._context = self._action.context()
        self._context.__enter__()

    def _record_errors(self, errors: Sequence[GraphQLError] | None) -> None:
        for error in errors or ():
            self._error = self._error or error.original_error or error


@strawberry.enum(description="Whether the work is alive, judged by the message that it promised.")
class Liveness(Enum):
    """As stall.Liveness, with UNKNOWN for work that never reported."""

    ALIVE = "alive"
    LATE = "late"
    STALLED = "stalled"
    FINISHED = "finished"
    UNKNOWN = "unknown"


@strawberry.type(description="How far a task is, and whether it is alive.")
class Progress:
    """The state of one task, for a UI. A field with the name of one of TaskState is filled from it."""

    id: strawberry.ID
    causal_id: str
    description: str
    done: float
    total: float | None
    unit: str
    step: str
    note: str | None
    rate: float | None
    eta_low_seconds: float | None
    eta_high_seconds: float | None
    liveness: Liveness
    started_at: datetime
    heartbeat_at: datetime | None
    advanced_at: datetime | None
    next_by: datetime | None
    grace_seconds: float
    seq: int
    outcome: str | None
    reason: str | None
    by: str | None
    #: What the task is about, for a schema that adds a field of its own type for it.
    about: strawberry.Private[str]


@strawberry.type(description="A snapshot (seq 1), then one with the next seq at each change.")
class ProgressUpdate:
    """One message of the subscription to a task."""

    seq: int
    progress: Progress


@strawberry.type(description="A page of running tasks, the most recently started first.")
class InProgress:
    """The tasks of one overview."""

    tasks: list[Progress]
    more: int = strawberry.field(description="How many more tasks the viewer may see, of the newest 10,000.")


@strawberry.enum(description="The whole page, its changes, or only a heartbeat.")
class InProgressKind(Enum):
    """What a message of the overview's subscription contains."""

    SNAPSHOT = "SNAPSHOT"
    DELTA = "DELTA"
    HEARTBEAT = "HEARTBEAT"


@strawberry.type(description="The page (seq 1), then its changes, each with the next seq.")
class InProgressUpdate:
    """One message of the overview's subscription."""

    kind: InProgressKind
    seq: int
    heartbeat_seconds: float = strawberry.field(description="Seconds until the next message, at most.")
    changed: list[Progress] = strawberry.field(description="Tasks that are new on the page, or have changed.")
    gone: list[strawberry.ID] = strawberry.field(description="Tasks that are no longer on the page.")
    more: int = strawberry.field(description="As in InProgress.")


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(min(max(seconds, 0), 253402300799), UTC)


#: How each kind of field is converted from the attribute of TaskState with the same name.
_CONVERTERS: dict[str, Callable[[Any], object]] = {
    "datetime": _time,
    "datetime | None": _time,
    "str | None": lambda text: text or None,
}
_COPIED = {
    name: _CONVERTERS.get(annotation)
    for name, annotation in Progress.__annotations__.items()
    if name in TaskState.__dataclass_fields__
}


def from_state(state: TaskState, now: float) -> Progress:
    """Return the state as a GraphQL value, judged at `now` (seconds since 1970)."""
    copied = {
        name: getattr(state, name) if convert is None else convert(getattr(state, name))
        for name, convert in _COPIED.items()
    }
    low, high = state.eta_s or (None, None)
    derived = {
        "eta_low_seconds": low,
        "eta_high_seconds": high,
        "grace_seconds": state.grace_s,
        "liveness": Liveness(stall.judge(state, now).value),
        "next_by": None if state.outcome else _time(state.next_by),
    }
    return Progress(**{**copied, **derived})  # type: ignore[arg-type] # the annotations chose the converters
