"""Reads the messages of agents by the protocol, into the app's own values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from camera_agent.protocol import messages as protocol
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.messages import PairingRequest, TokenRequest
from camera_agent.protocol.windows import is_timezone
from timelapse.cameras.command_rules import CommandResult
from timelapse.cameras.domain import Heartbeat
from timelapse.cameras.health import Health
from timelapse.cameras.records import AgentRecord
from timelapse.frames.domain import Fix
from timelapse.ingest.domain import malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from timelapse.ingest.domain import Refusal

Message = TypeVar("Message", bound=Struct)


def read_object(body: bytes) -> Mapping[str, object]:
    """Return the JSON object of a message.

    Raises:
        Refusal: 400, if it isn't one of this version of the protocol.
    """
    try:
        return protocol.decode(body)
    except InvalidValueError as error:
        raise _refusal(error) from None


def read(kind: type[Message], message: Mapping[str, object]) -> Message:
    """Return a message.

    Raises:
        Refusal: 400, naming the value that is wrong.
    """
    try:
        return protocol.read_message(kind, message)
    except InvalidValueError as error:
        raise _refusal(error) from None


def pairing_request(message: Mapping[str, object]) -> PairingRequest:
    """Return a pairing request."""
    return read(PairingRequest, message)


def device_code(message: Mapping[str, object]) -> str:
    """Return the code of an agent that polls for its token."""
    return read(TokenRequest, message).device_code


def heartbeat(message: Mapping[str, object]) -> tuple[Heartbeat, list[Fix], list[CommandResult]]:
    """Return the parts of a heartbeat: the agent's state, clock fixes and results of commands."""
    sent = read(protocol.Heartbeat, message)
    spool, disk, error = sent.spool, sent.disk, sent.config_error
    state = Heartbeat(
        seq=sent.seq,
        every_s=sent.every_s,
        grace_s=sent.grace_s,
        state=sent.state,
        state_detail=sent.state_detail,
        driver=sent.driver,
        spool_pending=spool.pending,
        spool_bytes=spool.bytes,
        spool_refused=spool.refused,
        disk_free=disk.free,
        disk_total=disk.total,
        boot=sent.boot,
        config_revision=sent.config_revision,
        config_error="" if error is None else error.message,
        versions=sent.versions,
        health=_health(sent),
    )
    return state, [_fix(fix) for fix in sent.clock_fixes], [_result(result) for result in sent.commands]


def records(message: Mapping[str, object]) -> list[AgentRecord]:
    """Return the records that an agent brings."""
    return [
        AgentRecord(
            record=record.id,
            kind=record.kind,
            at=record.at,
            clock=record.clock,
            data=record.data,
            begins_at=record.begins_at,
            ends_at=record.ends_at,
        )
        for record in read(protocol.Records, message).records
    ]


def _health(sent: protocol.Heartbeat) -> Health:
    last = sent.last_capture
    return Health(
        clock=sent.clock.quality,
        dropped=sent.spool.dropped,
        exported=sent.spool.exported,
        records=sent.spool.records,
        oldest_at=_text(sent.spool.oldest_at),
        last_captured_at="" if last is None else _text(last.captured_at),
        battery_percent=sent.battery_percent,
        driver_battery_percent=sent.driver_battery_percent,
        temperature_c=sent.temperature_c,
        throttled=sent.throttled,
        rss_bytes=sent.rss_bytes,
        uptime_s=sent.uptime_s,
        recent_starts=sent.recent_starts,
        network=sent.network,
        timezone=sent.timezone if is_timezone(sent.timezone) else "",
        focus="" if sent.focus is None else sent.focus.state,
        focus_message="" if sent.focus is None else sent.focus.message,
        warnings=sent.warnings,
    )


def _fix(fix: protocol.ClockFix) -> Fix:
    return Fix(boot=fix.boot, offset_ns=fix.offset_ns, error_ms=fix.error_ms or 0.0, source=fix.source)


def _result(result: protocol.CommandResult) -> CommandResult:
    return CommandResult(
        command=result.id, state=result.state, message=result.message, capture=result.capture
    )


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat()


def _refusal(error: InvalidValueError) -> Refusal:
    where = f"{error.path!r}: " if error.path and error.code == "malformed" else ""
    return malformed(f"{where}{error.message}", code=error.code)
