"""Endpoints for pairing, tokens, heartbeats and records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from camera_agent.protocol import PROTOCOL
from camera_agent.protocol.messages import RECORDS_BYTES
from eliot_progress.django import logstore
from timelapse.cameras import actions, commands, configuration, focus
from timelapse.cameras.errors import TokenPending, TooManyPairings
from timelapse.cameras.records import store_records
from timelapse.frames import clocks
from timelapse.ingest import messages
from timelapse.ingest.domain import Refusal
from timelapse.ingest.pipeline.admission import bearer_token
from timelapse.ingest.workers import in_database

if TYPE_CHECKING:
    from uuid import UUID

    from starlette.requests import Request

    from timelapse.cameras.command_rules import CommandResult
    from timelapse.cameras.domain import Heartbeat
    from timelapse.cameras.records import AgentRecord
    from timelapse.frames.domain import Fix
    from timelapse.ingest.body import Body


async def pairing(request: Request, body: Body) -> Response:
    """Answer a pairing request with a code to show."""
    try:
        wanted = messages.pairing_request(messages.read_object(await body.message()))
        offer = await in_database(
            actions.request_pairing,
            name=wanted.name or "Camera",
            driver=wanted.driver,
            model=wanted.model,
            agent=wanted.agent,
            token=bearer_token(request.headers.get("authorization", "")),
            address=request.client.host if request.client else "",
        )
    except Refusal as refusal:
        return _rfc_error("invalid_request", str(refusal))
    except TooManyPairings as full:
        return _rfc_error("temporarily_unavailable", str(full), status=429, headers={"Retry-After": "15"})
    page = f"{request.url.scheme}://{request.url.netloc}/pair"
    return JSONResponse(
        {
            "device_code": offer.device_code,
            "user_code": offer.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?code={offer.user_code}",
            "interval": offer.interval_s,
            "expires_in": offer.expires_in_s,
        },
        status_code=201,
        headers={"Cache-Control": "no-store"},
    )


async def token(_request: Request, body: Body) -> Response:
    """Issue the token to an approved agent."""
    try:
        device_code = messages.device_code(messages.read_object(await body.message()))
        enrolment = await in_database(actions.exchange_token, device_code)
    except Refusal as refusal:
        return _rfc_error("invalid_request", str(refusal))
    except TokenPending as pending:
        return _rfc_error(pending.code)
    return JSONResponse(
        {
            "access_token": enrolment.token,
            "token_type": "Bearer",
            "camera": str(enrolment.camera.pk),
            "name": enrolment.camera.name,
        },
        headers={"Cache-Control": "no-store"},
    )


async def heartbeat(request: Request, body: Body) -> Response:
    """Store a heartbeat, and answer with the desired configuration and pending commands."""
    message = messages.read_object(await body.message())
    state, fixes, results = messages.heartbeat(message)
    content = _HeartbeatContent(heartbeat=state, fixes=fixes, commands=results)
    answer = await in_database(_record_heartbeat, request.state.camera, content)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return JSONResponse({"protocol": PROTOCOL, "server_time": now} | answer)


async def records(request: Request, body: Body) -> Response:
    """Store an agent's records."""
    received = messages.records(messages.read_object(await body.message(RECORDS_BYTES)))
    stored = await in_database(_store, request.state.camera, received)
    return JSONResponse({"protocol": PROTOCOL, "stored": stored})


@dataclass(frozen=True, slots=True, kw_only=True)
class _HeartbeatContent:
    """The parts of one heartbeat."""

    heartbeat: Heartbeat
    fixes: list[Fix]
    commands: list[CommandResult]


def _record_heartbeat(camera: UUID, content: _HeartbeatContent) -> dict[str, object]:
    """Store the parts of a heartbeat; return the answer. Parts that are missing are not acknowledged."""
    actions.record_heartbeat(camera, content.heartbeat)
    answer: dict[str, object] = {}
    if content.fixes:
        answer["clock_fixes_stored"] = clocks.record_fixes(camera, content.fixes)
    if content.commands:
        answer["commands_acknowledged"] = commands.record_results(camera, content.commands)
    if seconds := focus.wanted_s(camera):
        answer["focus_s"] = seconds
    return answer | {
        "config": configuration.current_configurations([camera])[camera].message(),
        "commands": [
            {"id": command.pk, "name": command.name, "arguments": command.arguments, **command.cause}
            for command in commands.pending(camera)
        ],
    }


def _store(camera: UUID, received: list[AgentRecord]) -> int:
    # Add the agent's log messages to the server's log, with the camera they came from.
    logstore.write([{**one.data, "camera": str(camera)} for one in received if one.kind == "log"])
    return store_records(camera, received)


def _rfc_error(
    error: str, description: str = "", *, status: int = 400, headers: dict[str, str] | None = None
) -> Response:
    content = {"error": error} | ({"error_description": description} if description else {})
    return JSONResponse(content, status_code=status, headers={"Cache-Control": "no-store"} | (headers or {}))
