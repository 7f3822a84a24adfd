"""The JSON messages of agent and server, with the bounds of every value.

Reading is tolerant where that loses nothing: texts are cut to their length and freed of control characters,
unknown keys are ignored, null counts as missing, and a senseless health value counts as not measured.
Everything else is read strictly, and the error names the value's path.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from camera_agent.protocol import PROTOCOL
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.reading import table_of, unwrap
from camera_agent.protocol.settings import YEARS, CameraSettings
from camera_agent.protocol.values import (
    LENIENT,
    AgentState,
    BootId,
    Bytes,
    Celsius,
    ClockError,
    ClockQuality,
    Count,
    FixSource,
    GapReason,
    MeasuredBytes,
    MeasuredCount,
    MeasuredMoment,
    Moment,
    Name,
    OffsetNs,
    Percent,
    Promise,
    Sentence,
    Uptime,
    check_object,
    check_year,
    printable,
)

Message = TypeVar("Message", bound=Struct)

#: Longest JSON message, and longest message of records, bytes.
MESSAGE_BYTES: Final = 65_536
RECORDS_BYTES: Final = 262_144
#: Longest log message in a record, bytes.
LOG_BYTES: Final = 16_384
#: A server asks for pictures of the focus aid for so many seconds at most, and then again.
LONGEST_FOCUS_S: Final = 60
#: Revisions of a configuration are from 1 to this.
LARGEST_REVISION: Final = 2**31 - 1


#: An agent repeats it as it was sent: a UUID has 36 characters, but a server may choose others.
CommandId = Annotated[str, Meta(min_length=1, max_length=200)]


class PairingRequest(Struct, frozen=True, kw_only=True):
    """An agent that asks to be paired."""

    name: Name = ""
    driver: Annotated[str, Meta(min_length=1, max_length=40)]
    model: Annotated[str, Meta(max_length=120)] = ""
    agent: Name = ""


class TokenRequest(Struct, frozen=True, kw_only=True):
    """An agent that polls for its token."""

    device_code: Annotated[str, Meta(min_length=1, max_length=200)]


class Spool(Struct, frozen=True, kw_only=True):
    """What the agent's spool holds; ``dropped`` and ``exported`` since ever."""

    pending: Count = 0
    bytes: Bytes = 0
    refused: Count = 0
    dropped: MeasuredCount = None
    exported: MeasuredCount = None
    records: MeasuredCount = None
    oldest_at: MeasuredMoment = None


class Disk(Struct, frozen=True, kw_only=True):
    """The disk of the spool, bytes."""

    free: Bytes | None = None
    total: Bytes | None = None


class LastCapture(Struct, frozen=True, kw_only=True):
    """The newest capture."""

    capture: Name = ""
    sequence: MeasuredCount = None
    captured_at: MeasuredMoment = None


class ClockState(Struct, frozen=True, kw_only=True):
    """The agent's clock now."""

    quality: Annotated[ClockQuality | Literal[""], Meta(extra=LENIENT)] = ""


class ConfigError(Struct, frozen=True, kw_only=True):
    """Why the agent refused a configuration."""

    revision: MeasuredCount = None
    message: Sentence = ""


class ClockFix(Struct, frozen=True, kw_only=True):
    """The true time of a boot's monotonic clock; see docs/reference/agent-protocol.md."""

    boot: Annotated[str, Meta(min_length=1, max_length=64)]
    offset_ns: OffsetNs
    source: FixSource
    error_ms: ClockError = None


class CommandResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a command."""

    id: CommandId
    state: Literal["running", "done", "failed"]
    message: Sentence = ""
    capture: Name = ""


class Focus(Struct, frozen=True, kw_only=True):
    """Whether pictures for the focus aid are taken; ``failed`` says why none come."""

    state: Literal["off", "on", "failed"] = "off"
    message: Sentence = ""


Versions = Annotated[
    dict[Annotated[str, Meta(max_length=40)], Annotated[str, Meta(max_length=80)]], Meta(max_length=20)
]


class Heartbeat(Struct, frozen=True, kw_only=True):
    """An agent's state, and when its next heartbeat is due."""

    every_s: Promise
    grace_s: Promise
    seq: Count = 0
    sent_at: MeasuredMoment = None
    driver: Annotated[str, Meta(max_length=40)] = ""
    state: Annotated[AgentState | Literal[""], Meta(extra=LENIENT)] = ""
    state_detail: Sentence = ""
    spool: Spool = Spool()
    last_capture: Annotated[LastCapture | None, Meta(extra=LENIENT)] = None
    disk: Disk = Disk()
    clock: ClockState = ClockState()
    boot: BootId = ""
    uptime_s: Uptime = None
    #: How often the agent was started within the last ten minutes, this start included.
    recent_starts: MeasuredCount = None
    versions: Versions = {}
    config_revision: Count = 0
    config_error: ConfigError | None = None
    clock_fixes: Annotated[tuple[ClockFix, ...], Meta(max_length=100)] = ()
    commands: Annotated[tuple[CommandResult, ...], Meta(max_length=100)] = ()
    battery_percent: Percent = None
    driver_battery_percent: Percent = None
    temperature_c: Celsius = None
    throttled: Annotated[
        tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=10, extra=LENIENT)
    ] = ()
    rss_bytes: MeasuredBytes = None
    network: Annotated[str, Meta(max_length=40)] = ""
    timezone: Annotated[str, Meta(max_length=64)] = ""
    #: Null from an agent that has no focus aid, or captures nothing now.
    focus: Annotated[Focus | None, Meta(extra=LENIENT)] = None
    warnings: Annotated[
        tuple[Annotated[str, Meta(max_length=300)], ...], Meta(max_length=10, extra=LENIENT)
    ] = ()


class GapData(Struct, frozen=True, kw_only=True):
    """Why captures are missing, when, and how many. A gap without an edge begins or ends with its record."""

    reason: GapReason | Literal[""] = ""
    detail: Sentence = ""
    since: Moment | None = msgspec.field(default=None, name="from")
    until: Moment | None = None
    missed: Count = 0
    first_sequence: Count | None = None
    last_sequence: Count | None = None

    def __post_init__(self) -> None:
        """Check what types can't say: the years, and that neither moments nor numbers run backwards."""
        for name, moment in (("from", self.since), ("until", self.until)):
            if moment is not None:
                check_year(name, moment)
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError("Expected 'until' not before 'from'")
        first, last = self.first_sequence, self.last_sequence
        if first is not None and last is not None and last < first:
            raise ValueError("Expected 'last_sequence' not below 'first_sequence'")


class Record(Struct, frozen=True, kw_only=True):
    """A gap with its reason, or a log message."""

    id: Annotated[str, Meta(min_length=1, max_length=120)]
    kind: Literal["gap", "log"]
    at: Moment
    clock: ClockQuality = "unknown"
    #: Of a gap: what `GapData` has.
    data: dict[str, Any] = {}

    def __post_init__(self) -> None:
        """Check what types can't say: years, size and storable values, and what a gap says."""
        check_year("at", self.at)
        check_object("data", self.data, LOG_BYTES)
        if self.kind == "gap":
            data = self.gap
            if (data.since or self.at) > (data.until or self.at):
                raise ValueError("Expected a gap that ends after it begins")
            msgspec.structs.force_setattr(self, "data", msgspec.to_builtins(data))

    @property
    def gap(self) -> GapData:
        """What a record of this kind says. ValueError for one of another kind."""
        try:
            return read_message(GapData, self.data)
        except InvalidValueError as error:
            where = f" in {f'data.{error.path}'!r}" if error.path else ""
            raise ValueError(f"{error.message.rstrip('.')}{where}") from None

    @property
    def begins_at(self) -> datetime | None:
        """Of a gap: its first moment, by default the moment of the record."""
        return (self.gap.since or self.at) if self.kind == "gap" else None

    @property
    def ends_at(self) -> datetime | None:
        """Of a gap: its last moment, by default the moment of the record."""
        return (self.gap.until or self.at) if self.kind == "gap" else None


class Records(Struct, frozen=True, kw_only=True):
    """Records that an agent brings."""

    records: Annotated[tuple[Record, ...], Meta(max_length=500)] = ()


class PairingAnswer(Struct, frozen=True, kw_only=True):
    """The code to show, and the secret with which to poll for the token."""

    device_code: Annotated[str, Meta(min_length=1, max_length=200)]
    user_code: Annotated[str, Meta(min_length=1, max_length=20)]
    verification_uri: Annotated[str, Meta(max_length=2000)]
    verification_uri_complete: Annotated[str, Meta(max_length=2000)] = ""
    interval: Annotated[float, Meta(ge=0, le=3600)] = 5
    expires_in: Annotated[float, Meta(ge=0, le=86_400)] = 900


class TokenAnswer(Struct, frozen=True, kw_only=True):
    """The token of a paired camera."""

    access_token: Annotated[str, Meta(min_length=1, max_length=500)]
    token_type: Literal["Bearer"]
    camera: Name
    name: Name = ""


class Command(Struct, frozen=True, kw_only=True):
    """One thing that an agent shall do once, with the trace context of the request."""

    id: CommandId
    name: Annotated[str, Meta(max_length=40)]
    arguments: dict[str, Any] = {}
    traceparent: Annotated[str, Meta(max_length=100)] = ""
    tracestate: Annotated[str, Meta(max_length=512)] = ""


class RemoteSettings(CameraSettings, frozen=True, kw_only=True):
    """The desired configuration, and its number."""

    revision: Annotated[int, Meta(ge=1, le=LARGEST_REVISION)]


class HeartbeatAnswer(Struct, frozen=True, kw_only=True):
    """The server's time, the desired configuration, commands, and what it acknowledges."""

    server_time: Moment
    config: RemoteSettings | None = None
    commands: Annotated[tuple[Command, ...], Meta(max_length=1000)] = ()
    #: For how many seconds from now pictures for the focus aid are wanted; 0: for none.
    focus_s: Annotated[float, Meta(ge=0, le=LONGEST_FOCUS_S)] = 0
    clock_fixes_stored: Annotated[tuple[BootId, ...], Meta(max_length=100)] = ()
    commands_acknowledged: Annotated[tuple[CommandId, ...], Meta(max_length=100)] = ()


class RecordsAnswer(Struct, frozen=True, kw_only=True):
    """How many of the records are stored: all of them."""

    stored: Count


class ErrorText(Struct, frozen=True, kw_only=True):
    """A code for programs, a message and a remedy for people."""

    code: Annotated[str, Meta(max_length=80)]
    message: Annotated[str, Meta(max_length=2000)]
    remedy: Annotated[str, Meta(max_length=2000)] = ""


class ErrorAnswer(Struct, frozen=True, kw_only=True):
    """Why a request was refused."""

    error: ErrorText


def decode(body: bytes) -> Mapping[str, object]:
    """Return the JSON object of a message in this version of the protocol.

    Raises:
        InvalidValueError: it isn't one.
    """
    try:
        message = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise InvalidValueError("The body is not JSON.", code="malformed") from None
    if not isinstance(message, dict):
        raise InvalidValueError("The body must be a JSON object.", code="malformed")
    if message.get("protocol") != PROTOCOL:
        raise InvalidValueError(
            f"This server speaks protocol {PROTOCOL}, not {message.get('protocol')!r}.",
            code="unknown_protocol",
            path="protocol",
        )
    return message


def read_message(kind: type[Message], values: Mapping[str, object]) -> Message:
    """Return the message that values hold.

    Raises:
        InvalidValueError: a value doesn't fit; the message names its path.
    """
    try:
        return msgspec.convert(prepared(kind, values), kind)
    except (ValueError, OverflowError, RecursionError) as error:
        message, _, path = str(error).partition(" - at ")
        raise InvalidValueError(f"{message[:200]}.", code="malformed", path=path.strip("`$.")) from None


def to_message(message: Struct) -> dict[str, Any]:
    """Return the JSON object of a message, within its ranges: texts are cut, senseless values left out.

    Raises:
        InvalidValueError: another value is out of its range.
    """
    values = msgspec.to_builtins(message)
    return {"protocol": PROTOCOL, **msgspec.to_builtins(read_message(type(message), values))}


def prepared(kind: type[Struct], values: object) -> object:
    """Return values without nulls and senseless health values, and with short printable texts."""
    if not isinstance(values, Mapping):
        return values
    found = {}
    for one in msgspec.structs.fields(kind):
        if (value := values.get(one.encode_name)) is None:
            continue
        value = _tidied(one.type, value)
        if value is not None and not (_is_lenient(one.type) and not _fits(one.type, value)):
            found[one.encode_name] = value
    return found


def _tidied(kind: object, value: object) -> object:
    plain, metas = unwrap(kind)
    at_most = next((meta.max_length for meta in metas if meta.max_length is not None), None)
    if isinstance(value, str):
        exact = plain is not str or any(meta.pattern for meta in metas)
        return value or None if exact else printable(value, at_most or len(value))
    if isinstance(value, dict) and (table := table_of(plain)) is not None:
        return prepared(table, value)
    if isinstance(value, dict) and get_origin(plain) is dict and at_most is not None:
        name, text = get_args(plain)
        return {_tidied(name, key): _tidied(text, each) for key, each in list(value.items())[:at_most]}
    if isinstance(value, list) and get_origin(plain) is tuple:
        each_kind = get_args(plain)[0]
        if _is_lenient(kind):
            value = [each for each in value if isinstance(each, str)][:at_most]
        return [
            prepared(each_kind, each) if table_of(each_kind) else _tidied(each_kind, each) for each in value
        ]
    return value


def _is_lenient(kind: object) -> bool:
    return any((meta.extra or {}).get("lenient") for meta in unwrap(kind)[1])


def _fits(kind: object, value: object) -> bool:
    try:
        converted = msgspec.convert(value, kind)
    except (ValueError, OverflowError, RecursionError):  # msgspec's, and of texts that UTF-8 can't hold
        return False
    return not isinstance(converted, datetime) or converted.year in YEARS
