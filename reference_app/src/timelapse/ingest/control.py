"""What agents ask besides sending pictures: to be let in, for their token, and to be known alive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from eliot_progress.django import logstore
from timelapse.cameras import actions, commands, configuration
from timelapse.cameras.domain import PROTOCOL, Heartbeat
from timelapse.cameras.errors import TokenPending, TooManyPairings
from timelapse.cameras.records import store_records
from timelapse.frames import clocks
from timelapse.ingest import messages, reports
from timelapse.ingest.domain import RECORDS_BYTES, Refusal
from timelapse.ingest.pipeline.admission import authenticate, bearer_token
from timelapse.ingest.workers import in_database

if TYPE_CHECKING:
    from starlette.requests import Request

    from timelapse.cameras.records import Told
    from timelapse.cameras.steering import Report
    from timelapse.frames.domain import Fix
    from timelapse.ingest.body import Body


async def pairing(request: Request, body: Body) -> Response:
    """Give an agent a code to show."""
    try:
        wanted = messages.pairing_request(messages.read_object(await body.message()))
        offer = await in_database(
            actions.request_pairing,
            name=wanted.name,
            driver=wanted.driver,
            model=wanted.model,
            agent=wanted.agent,
            token=bearer_token(request.headers.get("authorization", "")),
        )
    except Refusal as refusal:
        return _rfc_error("invalid_request", str(refusal))
    except TooManyPairings as full:
        return _rfc_error("temporarily_unavailable", str(full), status=429, headers={"Retry-After": "60"})
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
    """Give an approved agent its token."""
    try:
        message = messages.read_object(await body.message())
        device_code = messages.text(message, "device_code", 200, required=True)
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
    """Note that an agent lives and what it reports, and answer with what is wished of it."""
    message = messages.read_object(await body.message())
    said = _Said(
        beat=replace(messages.heartbeat(message), health=reports.health(message)),
        fixes=reports.clock_fixes(message),
        commands=reports.command_reports(message),
    )
    wishes = await in_database(_hear, request.headers.get("authorization", ""), said)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return JSONResponse({"protocol": PROTOCOL, "server_time": now} | wishes)


async def records(request: Request, body: Body) -> Response:
    """Store what an agent has to tell besides pictures."""
    told = reports.records(messages.read_object(await body.message(RECORDS_BYTES)))
    taken = await in_database(_store, request.headers.get("authorization", ""), told)
    return JSONResponse({"protocol": PROTOCOL, "taken": taken})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """All that one heartbeat says."""

    beat: Heartbeat
    fixes: list[Fix]
    commands: list[Report]


def _hear(authorization: str, said: _Said) -> dict[str, object]:
    """Note what was said; what has not been said (an old agent) is not answered."""
    camera = authenticate(authorization).pk
    actions.record_heartbeat(camera, said.beat)
    answer: dict[str, object] = {}
    if said.fixes:
        answer["clock_fixes_taken"] = clocks.record_fixes(camera, said.fixes)
    if said.commands:
        answer["commands_heard"] = commands.note_reports(camera, said.commands)
    return answer | {
        "config": configuration.wished([camera])[camera].message(),
        "commands": [
            {"id": command.pk, "name": command.name, "arguments": command.arguments, **command.cause}
            for command in commands.to_tell(camera)
        ],
    }


def _store(authorization: str, told: list[Told]) -> int:
    camera = authenticate(authorization).pk
    # The log's tree of what somebody clicked has the agent's part too, and says whose word it is.
    logstore.write([{**one.data, "camera": str(camera)} for one in told if one.kind == "log"])
    return store_records(camera, told)


def _rfc_error(
    error: str, description: str = "", *, status: int = 400, headers: dict[str, str] | None = None
) -> Response:
    content = {"error": error} | ({"error_description": description} if description else {})
    return JSONResponse(content, status_code=status, headers={"Cache-Control": "no-store"} | (headers or {}))
