"""The JSON messages of agent and server, with the bounds of every value.

Reading is tolerant where that loses nothing: texts are cut to their length and freed of control characters,
unknown keys are ignored, null counts as missing, and a senseless health value counts as not measured.
Everything else is read strictly, and the error names the value's path.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from camera_agent.protocol import PROTOCOL
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.reading import table_of, unwrap
from camera_agent.protocol.settings import CameraSettings

Message = TypeVar("Message", bound=Struct)

#: Longest JSON message, and longest message of records, bytes.
MESSAGE_BYTES: Final = 65_536
RECORDS_BYTES: Final = 262_144
#: Longest log message in a record, bytes.
LOG_BYTES: Final = 16_384
#: Moments are within these years: a clock that was never set starts at 1970.
YEARS: Final = range(1970, 2101)
_LAST_NS: Final = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 10**9
_LENIENT: Final = {"lenient": True}

ClockQuality = Literal["synced", "estimated", "unknown"]
FixSource = Literal["ntp", "server"]
GapReason = Literal["camera_failed", "card_full", "stopped", "stalled", "thinned", "refused"]

Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Bytes = Annotated[int, Meta(ge=0, le=2**63 - 1)]
#: A promise of a heartbeat, seconds: a camera silent for a day is late.
Promise = Annotated[float, Meta(gt=0, le=86_400)]
Name = Annotated[str, Meta(max_length=80)]
Sentence = Annotated[str, Meta(max_length=500)]
BootId = Annotated[str, Meta(max_length=64)]
Moment = Annotated[datetime, Meta(tz=True)]

MeasuredCount = Annotated[Bytes | None, Meta(extra=_LENIENT)]
Measured = Annotated[Annotated[float, Meta(ge=-1e12, le=1e12)] | None, Meta(extra=_LENIENT)]
MeasuredMoment = Annotated[Moment | None, Meta(extra=_LENIENT)]


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

    quality: Annotated[str, Meta(max_length=10)] = ""


class ConfigError(Struct, frozen=True, kw_only=True):
    """Why the agent refused a configuration."""

    revision: MeasuredCount = None
    message: Sentence = ""


class ClockFix(Struct, frozen=True, kw_only=True):
    """The true time of a boot's monotonic clock; see docs/reference/agent-protocol.md."""

    boot: Annotated[str, Meta(min_length=1, max_length=64)]
    offset_ns: Annotated[int, Meta(ge=0, le=_LAST_NS)]
    source: FixSource
    error_ms: Measured = None


class CommandResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a command."""

    id: Annotated[str, Meta(min_length=1, max_length=32)]
    state: Literal["running", "done", "failed"]
    message: Sentence = ""
    capture: Name = ""


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
    state: Annotated[str, Meta(max_length=20)] = ""
    state_detail: Sentence = ""
    spool: Spool = Spool()
    last_capture: Annotated[LastCapture | None, Meta(extra=_LENIENT)] = None
    disk: Disk = Disk()
    clock: ClockState = ClockState()
    boot: BootId = ""
    uptime_s: Measured = None
    versions: Versions = {}
    config_revision: Count = 0
    config_error: ConfigError | None = None
    clock_fixes: Annotated[tuple[ClockFix, ...], Meta(max_length=100)] = ()
    commands: Annotated[tuple[CommandResult, ...], Meta(max_length=100)] = ()
    battery_percent: Measured = None
    driver_battery_percent: Measured = None
    temperature_c: Measured = None
    throttled: Annotated[
        tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=10, extra=_LENIENT)
    ] = ()
    rss_bytes: MeasuredCount = None
    network: Annotated[str, Meta(max_length=40)] = ""
    timezone: Annotated[str, Meta(max_length=64)] = ""
    warnings: Annotated[
        tuple[Annotated[str, Meta(max_length=300)], ...], Meta(max_length=10, extra=_LENIENT)
    ] = ()


class Record(Struct, frozen=True, kw_only=True):
    """A gap with its reason, or a log message."""

    id: Annotated[str, Meta(min_length=1, max_length=120)]
    kind: Literal["gap", "log"]
    at: Moment
    clock: ClockQuality = "unknown"
    data: dict[str, Any] = {}

    def __post_init__(self) -> None:
        """Check what types can't say: years, size and storable values, and the edges of a gap."""
        check_year("at", self.at)
        check_object("data", self.data, LOG_BYTES)
        if self.kind == "gap":
            _ = self.begins_at, self.ends_at

    @property
    def begins_at(self) -> datetime | None:
        """Of a gap: its first moment, by default the moment of the record."""
        return self._edge("from") if self.kind == "gap" else None

    @property
    def ends_at(self) -> datetime | None:
        """Of a gap: its last moment, by default the moment of the record."""
        return self._edge("until") if self.kind == "gap" else None

    def _edge(self, name: str) -> datetime:
        value = self.data.get(name)
        if value is None:
            return self.at
        try:
            moment = msgspec.convert(value, Moment)
        except msgspec.ValidationError:
            raise ValueError(f"Expected an RFC 3339 moment in {name!r}") from None
        check_year(name, moment)
        return moment


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

    id: Annotated[str, Meta(min_length=1, max_length=200)]
    name: Annotated[str, Meta(max_length=40)]
    arguments: dict[str, Any] = {}
    traceparent: Annotated[str, Meta(max_length=100)] = ""
    tracestate: Annotated[str, Meta(max_length=512)] = ""


class RemoteSettings(CameraSettings, frozen=True, kw_only=True):
    """The desired configuration, and its number."""

    revision: Annotated[int, Meta(ge=1, le=2**31 - 1)]


class HeartbeatAnswer(Struct, frozen=True, kw_only=True):
    """The server's time, the desired configuration, commands, and what it acknowledges."""

    server_time: Moment
    config: RemoteSettings | None = None
    commands: Annotated[tuple[Command, ...], Meta(max_length=1000)] = ()
    clock_fixes_stored: Annotated[tuple[BootId, ...], Meta(max_length=100)] = ()
    commands_acknowledged: Annotated[
        tuple[Annotated[str, Meta(max_length=200)], ...], Meta(max_length=100)
    ] = ()


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
    except (msgspec.ValidationError, RecursionError) as error:
        message, _, path = str(error).partition(" - at ")
        raise InvalidValueError(f"{message}.", code="malformed", path=path.strip("`$.")) from None


def check_object(name: str, value: object, at_most: int) -> None:
    """Check that a JSON object is short, and holds nothing that databases refuse.

    Raises:
        ValueError: it isn't.
    """
    try:
        # Python and msgspec accept values that databases refuse: NaN, unpaired surrogates, NUL.
        written = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):
        written = rb"\u0000"
    if not isinstance(value, dict) or len(written) > at_most or rb"\u0000" in written:
        raise ValueError(f"Expected a storable JSON object of at most {at_most} bytes in {name!r}")


def printable(text: str, at_most: int) -> str:
    """Drop NUL and control characters, and cut to a length."""
    return "".join(letter for letter in text if letter.isprintable())[:at_most]


def check_year(name: str, moment: datetime) -> None:
    """Check that a moment is within `YEARS`.

    Raises:
        ValueError: it isn't.
    """
    if moment.year not in YEARS:
        raise ValueError(f"Expected a moment from {YEARS[0]} to {YEARS[-1]} in {name!r}")


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
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
