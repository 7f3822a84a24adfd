"""The ASGI application of the agent protocol, mounted at ``/agent/v1``.

It doesn't run inside of Django, which reads a request's whole body before any view runs.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from django.db import InterfaceError, OperationalError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from timelapse.ingest import control, domain, tus
from timelapse.ingest.body import Body, ClientGone
from timelapse.ingest.domain import Refusal
from timelapse.ingest.pipeline.admission import authenticate
from timelapse.ingest.workers import in_database
from timelapse.shared import conf
from timelapse.shared.full_disk import NO_ROOM

Endpoint = Callable[[Request, Body], Awaitable[Response]]

logger = logging.getLogger(__name__)

#: What anybody may ask; everything else requires the token of a camera.
_OPEN: frozenset[Endpoint] = frozenset({tus.options, control.pairing, control.token})
#: Bytes of a request without a valid token that are read before it is answered: a short one costs no link.
_FROM_NOBODY = 65_536

#: Headers that are ambiguous if they are repeated.
_SINGLE = (
    "Authorization",
    "Tus-Resumable",
    "Upload-Offset",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Checksum",
)


def create_application(*, idle_s: float = domain.IDLE_S) -> Starlette:
    """Create the application.

    Args:
        idle_s: seconds without a byte after which a connection counts as dead.
    """
    captures = {"OPTIONS": tus.options, "POST": tus.create}
    capture = {"OPTIONS": tus.options, "HEAD": tus.head, "PATCH": tus.patch, "DELETE": tus.delete}
    return Starlette(
        routes=[
            Route("/captures", _answering(captures, idle_s), methods=list(captures)),
            Route("/captures/{capture}", _answering(capture, idle_s), methods=[*capture, "POST"]),
            Route("/pairing", _answering({"POST": control.pairing}, idle_s), methods=["POST"]),
            Route("/token", _answering({"POST": control.token}, idle_s), methods=["POST"]),
            Route("/heartbeat", _answering({"POST": control.heartbeat}, idle_s), methods=["POST"]),
            Route("/records", _answering({"POST": control.records}, idle_s), methods=["POST"]),
        ],
        exception_handlers={HTTPException: _http_error},
    )


def _answering(endpoints: Mapping[str, Endpoint], idle_s: float) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = Body(request, idle_s)
        try:
            chosen = _endpoint_for(request, endpoints)
            if chosen not in _OPEN:
                header = request.headers.get("authorization", "")
                request.state.camera = (await in_database(authenticate, header)).pk
            response = await chosen(request, body)
        except ClientGone:
            return Response(status_code=408, headers={"Connection": "close"})  # nobody receives it
        except Refusal as refusal:
            response = _refused(refusal)
        except Exception as error:  # noqa: BLE001 - an agent can only retry
            response = _refused(_server_error(error))
        response.headers["Tus-Resumable"] = tus.VERSION
        return await _after_body(response, body)

    return endpoint


def _endpoint_for(request: Request, endpoints: Mapping[str, Endpoint]) -> Endpoint:
    """Return the endpoint for the method, or for X-HTTP-Method-Override of a POST."""
    for name in _SINGLE:
        if len(request.headers.getlist(name)) > 1:
            raise domain.malformed(f"The header {name} comes more than once.")
    if request.method == "POST":
        request.scope["method"] = request.headers.get("x-http-method-override", "POST").upper()
    if request.method not in endpoints:
        raise _wrong_method(request.method)
    return endpoints[request.method]


async def _after_body(response: Response, body: Body) -> Response:
    if response.status_code >= 400 and body.awaits_continue:
        response.headers["Connection"] = "close"  # the client will not send the body
        return response
    most = _FROM_NOBODY if response.status_code == 401 else 2 * conf.get().max_upload_bytes
    try:
        finished = await body.discard(most)
    except ClientGone:
        finished = False
    if not finished:
        response.headers["Connection"] = "close"
    return response


def _refused(refusal: Refusal) -> Response:
    error = {"code": refusal.code, "message": refusal.message, "remedy": refusal.remedy}
    return JSONResponse({"error": error}, status_code=refusal.status, headers=refusal.headers)


def _server_error(error: Exception) -> Refusal:
    """Turn what went wrong here into an answer that lets the agent keep its picture and come back."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return domain.storage_full()
    if isinstance(error, OperationalError | InterfaceError):
        logger.warning("An agent has to come back: %s", error)
        return domain.storage_full() if "disk is full" in str(error) else domain.database_unavailable()
    logger.error("An agent has to come back.", exc_info=error)
    if isinstance(error, OSError):
        return domain.retry_later(503, "storage_unavailable", "The server can't write its files.", seconds=30)
    return domain.retry_later(503, "unexpected", "The server failed in a way that its log tells.", seconds=30)


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 405:
        return _refused(_wrong_method(request.method))
    message = "The agent protocol has no such address."
    return _refused(Refusal(status, "no_such_address", message, "Read docs/reference/agent-protocol."))


def _wrong_method(method: str) -> Refusal:
    return Refusal(
        405, "wrong_method", f"{method[:20]} is not possible here.", "Read docs/reference/agent-protocol."
    )


application = create_application()
