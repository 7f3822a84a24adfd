"""What agents ask besides sending pictures: to be let in, for their token, and to be known alive."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from timelapse.cameras import actions
from timelapse.cameras.domain import PROTOCOL, Heartbeat
from timelapse.cameras.errors import TokenPending, TooManyPairings
from timelapse.ingest import messages
from timelapse.ingest.domain import Refusal
from timelapse.ingest.pipeline.admission import bearer_of, camera_of
from timelapse.ingest.workers import in_database
from timelapse.shared import conf

if TYPE_CHECKING:
    from starlette.requests import Request

    from timelapse.ingest.body import Body

#: The wished configuration's revision; it grows when an operator changes it.
_CONFIG_REVISION = 1


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
            token=bearer_of(request.headers.get("authorization", "")),
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
    """Note that an agent lives, and answer with what is wished of it."""
    beat = messages.heartbeat(messages.read_object(await body.message()))
    await in_database(_beat, request.headers.get("authorization", ""), beat)
    return JSONResponse(
        {
            "protocol": PROTOCOL,
            "server_time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "config": {"revision": _CONFIG_REVISION, "interval_s": conf.get().frame_interval_s},
            "commands": [],
        }
    )


def _beat(authorization: str, beat: Heartbeat) -> None:
    actions.record_heartbeat(camera_of(authorization).pk, beat)


def _rfc_error(
    error: str, description: str = "", *, status: int = 400, headers: dict[str, str] | None = None
) -> Response:
    content = {"error": error} | ({"error_description": description} if description else {})
    return JSONResponse(content, status_code=status, headers={"Cache-Control": "no-store"} | (headers or {}))
