"""The message convention, version 1: plain eliot messages of the types `progress` and `heartbeat`.

Every message is a complete snapshot, so readers need no history: the message with the highest `seq` is the
current state. `TaskState` is the only list of its fields: messages, the JSON Schema, stores and live updates
are derived from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_origin, get_type_hints

from eliot_progress import ids, sanitise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VERSION = 1
PROGRESS = "progress"
HEARTBEAT = "heartbeat"

Outcome = Literal["succeeded", "failed", "cancelled"]
OUTCOMES: tuple[Outcome, ...] = ("succeeded", "failed", "cancelled")
#: The largest time (in the year 2286), and the largest seq that floating point numbers hold exactly.
_LAST = 9_999_999_999
_HIGHEST_SEQ = 2**52


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """How a field of a message is read and described."""

    #: Converts any value to a valid one. Never raises.
    read: Callable[[object], object]
    #: Its JSON Schema.
    schema: Mapping[str, object]
    #: What is read when the field is missing.
    missing: object = None
    #: Its name in the message, if that is not the attribute's.
    key: str = ""


def _described(schema: Mapping[str, object], description: str) -> dict[str, object]:
    return {**schema, "description": description} if description else dict(schema)


def _text(description: str = "", *, key: str = "") -> Field:
    schema = _described({"type": "string", "maxLength": sanitise.TEXT_LIMIT}, description)
    return Field(read=sanitise.text, schema=schema, missing="", key=key)


def _time(description: str = "Seconds since 1970 by the sender's clock.") -> Field:
    return Field(read=_clamp, schema=_described({"type": "number"}, description))


def _clamp(value: object) -> float:
    return min(max(sanitise.number(value) or 0, 0), _LAST)


def _range(value: object) -> tuple[float, float] | None:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    low, high = sanitise.total(value[0]), sanitise.total(value[1])
    return None if low is None or high is None else (low, high)


def _outcome(value: object) -> Outcome | None:
    return value if value in OUTCOMES else None


_SEQ = Field(
    read=lambda value: value,
    schema={"type": "integer", "minimum": 1, "description": "Increases with every message of the action."},
)
_DONE = Field(read=lambda value: sanitise.number(value) or 0, schema={"type": "number"})
_TOTAL = Field(
    read=sanitise.total,
    schema={"type": ["number", "null"], "minimum": 0, "description": "null while unknown; may change."},
)
_RATE = Field(read=sanitise.number, schema={"type": ["number", "null"], "description": "Units per second."})
_ETA = Field(
    read=_range,
    schema={
        "type": ["array", "null"],
        "items": {"type": "number", "minimum": 0},
        "minItems": 2,
        "maxItems": 2,
        "description": "The likely range of seconds left.",
    },
)
_GRACE = Field(
    read=_clamp,
    schema={
        "type": "number",
        "minimum": 0,
        "description": "Seconds after next_by until the work counts as stalled.",
    },
)
_PID = Field(read=lambda value: int(_clamp(value)), schema={"type": "integer", "minimum": 0})
_OUTCOME = Field(
    read=_outcome,
    schema={"enum": [*OUTCOMES, None], "description": "Set on the last message of the action only."},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """All that is known about one task that reports. Times are seconds since 1970 by the sender's clock.

    To add a field, add it here and fill it in where `Tracker` creates the state.
    """

    #: This attempt of this action: `uuid@/2/3`.
    id: str
    #: 32 hex digits, shared by everything with the same cause.
    causal_id: str
    action_type: Annotated[str, _text("The action_type of the reported action.", key="of")]
    #: The highest one is the newest message.
    seq: Annotated[int, _SEQ]
    description: Annotated[str, _text()]
    about: Annotated[str, _text("What the work is about, as app.Model:pk.")] = ""
    by: Annotated[str, _text("Who requested the work.")] = ""
    #: `done` may exceed `total`, which is None while unknown and may change.
    done: Annotated[float, _DONE] = 0
    total: Annotated[float | None, _TOTAL] = None
    unit: Annotated[str, _text()] = ""
    step: Annotated[str, _text()] = ""
    note: Annotated[str, _text()] = ""
    rate: Annotated[float | None, _RATE] = None
    eta_s: Annotated[tuple[float, float] | None, _ETA] = None
    started_at: Annotated[float, _time()] = 0
    heartbeat_at: Annotated[float, _time("When the process last sent a message.")] = 0
    advanced_at: Annotated[float, _time("When `done` last changed.")] = 0
    #: The promise: the next message comes by `next_by`; `grace_s` seconds later the work counts as stalled.
    next_by: Annotated[float, _time("Another message is promised by then.")] = 0
    grace_s: Annotated[float, _GRACE] = 0
    pid: Annotated[int, _PID] = 0
    host: Annotated[str, _text()] = ""
    outcome: Annotated[Outcome | None, _OUTCOME] = None
    reason: Annotated[str, _text()] = ""
    #: For a whole of several parts (module `parts`): what is known about them, as plain JSON values.
    parts: dict[str, Any] | None = dataclass_field(default=None, hash=False)

    @property
    def parent_id(self) -> str | None:
        """The id of the enclosing action; None for the root of a task."""
        uuid, level = ids.split_action_id(self.id)
        return ids.action_id(uuid, level[:-1]) if level else None


def _fields_of_state() -> dict[str, Field]:
    hints = get_type_hints(TaskState, include_extras=True)
    described = {name: hint.__metadata__[0] for name, hint in hints.items() if get_origin(hint) is Annotated}
    return {name: field for name, field in described.items() if isinstance(field, Field)}


#: The fields of a message by their attribute of TaskState.
FIELDS: Mapping[str, Field] = _fields_of_state()
_KEYS = tuple(field.key or name for name, field in FIELDS.items())
_values = attrgetter(*FIELDS)
_READERS = tuple((name, field.key or name, field.read, field.missing) for name, field in FIELDS.items())


def status_of(message: Mapping[str, object]) -> str:
    """Return the status that the start or end of an action reports; empty for other messages.

    started, succeeded, failed or cancelled. eliot has no word for the last one: its status is `failed`, and
    its `outcome` says so.
    """
    status = message.get("action_status")
    if status == "failed" and message.get("outcome") == "cancelled":
        return "cancelled"
    return status if status in ("started", "succeeded", "failed") else ""


def duration_of(message: Mapping[str, object]) -> float | None:
    """Return the seconds that an action took, as its end reports them; None for other messages.

    Times of start and end may be far apart for another reason: somebody has set the clock.
    """
    return sanitise.total(message.get("duration_s")) if status_of(message) in OUTCOMES else None


def fields(state: TaskState) -> dict[str, object]:
    """Return the message's fields, without eliot's task_uuid, task_level, timestamp and message_type."""
    message: dict[str, object] = dict(zip(_KEYS, _values(state), strict=True))
    message["v"] = VERSION
    message["eta_s"] = None if state.eta_s is None else list(state.eta_s)
    return message


def parse(message: Mapping[str, object]) -> TaskState | None:
    """Return the state in an eliot message, or None if it is not a report. Never raises.

    A malformed id makes the message no report, since ids are displayed, stored and searched. Other invalid
    values are sanitised.
    """
    uuid, level, seq = message.get("task_uuid"), message.get("task_level"), message.get("seq")
    if message.get("message_type") not in (PROGRESS, HEARTBEAT) or type(seq) is not int:
        return None
    if not 0 <= seq < _HIGHEST_SEQ or not ids.is_task_uuid(uuid) or not ids.is_level(level):
        return None
    values = {name: read(message.get(key, missing)) for name, key, read, missing in _READERS}
    return TaskState(
        id=ids.action_id(uuid, level[:-1]),
        causal_id=ids.causal_id(uuid),
        **values,  # type: ignore[arg-type] # each field's own reader made it
    )
