"""What agents report besides their promise: health, clock fixes, commands done, records.

Health is for people and read generously: a value that makes no sense counts as one that the agent can't tell.
The rest is kept or acted upon, and read strictly.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast, get_args

from camera_agent.protocol.windows import is_timezone
from timelapse.cameras.command_rules import CommandResult
from timelapse.cameras.health import Health
from timelapse.cameras.records import AgentRecord
from timelapse.frames.domain import Clock, Fix, FixSource
from timelapse.ingest.domain import RECORDS_AT_ONCE, malformed
from timelapse.ingest.messages import part, text
from timelapse.ingest.metadata import instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: So many list entries are read of a heartbeat: an agent has few boots, commands and warnings at once.
_ENTRIES: Final = 100
_WARNINGS: Final = 10
#: One eliot message, bytes.
_LOG_BYTES: Final = 16_384
#: Times that can be stored, Unix nanoseconds: 1970 to 2100.
_LAST_NS: Final = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 10**9


def health(message: Mapping[str, object]) -> Health:
    """Read how the agent's machine does."""
    spool, last = part(message, "spool"), message.get("last_capture")
    return Health(
        clock=text(part(message, "clock"), "quality", 10),
        dropped=_whole(spool.get("dropped")),
        exported=_whole(spool.get("exported")),
        records=_whole(spool.get("records")),
        oldest_at=_moment(spool.get("oldest_at")),
        last_captured_at=_moment(last.get("captured_at")) if isinstance(last, dict) else "",
        battery_percent=_number(message.get("battery_percent")),
        driver_battery_percent=_number(message.get("driver_battery_percent")),
        temperature_c=_number(message.get("temperature_c")),
        throttled=_sentences(message.get("throttled"), 40),
        rss_bytes=_whole(message.get("rss_bytes")),
        uptime_s=_number(message.get("uptime_s")),
        network=text(message, "network", 40),
        timezone=_zone(text(message, "timezone", 64)),
        warnings=_sentences(message.get("warnings"), 300),
    )


def clock_fixes(message: Mapping[str, object]) -> list[Fix]:
    """Read what the agent has learnt about its clocks.

    Raises:
        Refusal: 400, when one makes no sense.
    """
    return [_fix(entry) for entry in _entries(message, "clock_fixes", _ENTRIES)]


def command_reports(message: Mapping[str, object]) -> list[CommandResult]:
    """Read what became of commands.

    Raises:
        Refusal: 400, when one makes no sense.
    """
    return [_report(entry) for entry in _entries(message, "commands", _ENTRIES)]


def records(message: Mapping[str, object]) -> list[AgentRecord]:
    """Read records.

    Raises:
        Refusal: 400, when one makes no sense or there are too many.
    """
    return [_told(entry) for entry in _entries(message, "records", RECORDS_AT_ONCE)]


def _fix(entry: Mapping[str, object]) -> Fix:
    offset, error, source = entry.get("offset_ns"), _number(entry.get("error_ms")), entry.get("source")
    if not isinstance(offset, int) or isinstance(offset, bool) or not 0 <= offset <= _LAST_NS:
        raise malformed("'clock_fixes' 'offset_ns' must be nanoseconds from 1970 to 2100.")
    if source not in get_args(FixSource):
        raise malformed(f"'clock_fixes' 'source' must be one of {', '.join(get_args(FixSource))}.")
    return Fix(
        boot=text(entry, "boot", 64, required=True),
        offset_ns=offset,
        error_ms=0.0 if error is None else error,
        source=cast("FixSource", source),
    )


def _report(entry: Mapping[str, object]) -> CommandResult:
    state = entry.get("state")
    if state not in {"running", "done", "failed"}:
        raise malformed("'commands' 'state' must be running, done or failed.")
    return CommandResult(
        command=text(entry, "id", 32, required=True),
        state=state,
        message=text(entry, "message", 500),
        capture=text(entry, "capture", 80),
    )


def _told(entry: Mapping[str, object]) -> AgentRecord:
    kind, clock = entry.get("kind"), text(entry, "clock", 10) or "unknown"
    if kind not in {"gap", "log"}:
        raise malformed("'records' 'kind' must be gap or log.")
    if clock not in get_args(Clock):
        raise malformed(f"'records' 'clock' must be one of {', '.join(get_args(Clock))}.")
    at = instant("'records' 'at'", text(entry, "at", 40, required=True))
    data = _data(part(entry, "data"))
    begins_at, ends_at = (
        (_edge(data, "from") or at, _edge(data, "until") or at) if kind == "gap" else (None, None)
    )
    return AgentRecord(
        record=text(entry, "id", 120, required=True),
        kind=kind,
        at=at,
        clock=clock,
        data=data,
        begins_at=begins_at,
        ends_at=ends_at,
    )


def _edge(data: Mapping[str, object], name: str) -> datetime | None:
    value = data.get(name)
    if value is None:
        return None
    return instant(f"'records' {name!r}", text(data, name, 40))


def _data(value: Mapping[str, object]) -> dict[str, object]:
    # Python reads more than databases take: NaN, half of a surrogate pair, NUL.
    try:
        written = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        written = rb"\u0000"
    if len(written) > _LOG_BYTES or rb"\u0000" in written:
        raise malformed(f"'records' 'data' must be a JSON object of {_LOG_BYTES} bytes at most.")
    return dict(value)


def _entries(message: Mapping[str, object], name: str, at_most: int) -> Sequence[Mapping[str, object]]:
    value = message.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > at_most or not all(isinstance(one, dict) for one in value):
        raise malformed(f"{name!r} must be a list of at most {at_most} objects.")
    return value


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def _moment(value: object) -> str:
    try:
        return datetime.fromisoformat(value).isoformat() if isinstance(value, str) else ""
    except ValueError:
        return ""


def _zone(name: str) -> str:
    return name if is_timezone(name) else ""


def _sentences(value: object, length: int) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(text({"text": one}, "text", length) for one in listed[:_WARNINGS] if isinstance(one, str))
