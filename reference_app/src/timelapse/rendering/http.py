"""The address to which the page sends a file of sound: ``POST /media/sounds?name=Piece.mp3``.

The body is the file. Django would read it whole before any view runs. The answer is ``{"sound": {"sha256",
"name", "seconds"}}``, by which a movie is asked for, or ``{"error": {"code", "message", "remedy"}}``. A file
that is refused is an answer with status 200, as the errors of a mutation are: nothing is wrong with the page.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from asgiref.sync import sync_to_async
from django.db import connections
from django.utils import translation
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fsmlock import Reason
from fsmlock.sentences import sentence
from timelapse.rendering import sounds
from timelapse.rendering.domain import sound_too_large
from timelapse.rendering.pipeline.errors import RenderError
from timelapse.rendering.sound_intake import add_sound
from timelapse.shared import conf
from timelapse.shared.access import needs, refusal
from timelapse.shared.full_disk import NO_ROOM
from timelapse.shared.languages import preferred_language

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request

    from timelapse.rendering.models import Sound

#: Who may add a sound: who may make a movie.
RULE: Final = needs("timelapses.render_timelapse")
#: How many files are received and checked at once in one process.
AT_ONCE: Final = 2
#: Seconds without a byte after which a connection counts as dead.
_IDLE_S: Final = 30.0
#: Only a page of this address sends it without being asked by its browser whether it may.
_TYPE: Final = "application/octet-stream"

logger = logging.getLogger(__name__)


class _RefusedError(Exception):
    """An answer other than the sound."""

    def __init__(self, status: int, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.status, self.reason = status, Reason(code=code, message=message, remedy=remedy)

    def answer(self, language: str) -> Response:
        """Return it in a language."""
        with translation.override(language):
            said = self.reason.translated()
        error = {"code": said.code, "message": said.message, "remedy": said.remedy}
        # The rest of the body isn't read.
        headers = {"Cache-Control": "no-store", "Connection": "close"}
        return JSONResponse({"error": error}, self.status, headers=headers)


def create_application() -> Starlette:
    """Create the application; it is mounted where it knows who is signed in."""
    free = asyncio.Semaphore(AT_ONCE)

    async def add(request: Request) -> Response:
        try:
            await _require_allowed(request)
            async with _one_of(free):
                return await _add(request)
        except _RefusedError as refused:
            return refused.answer(preferred_language(request.headers.get("accept-language", "")))

    return Starlette(routes=[Route("/", add, methods=["POST"])])


@asynccontextmanager
async def _one_of(free: asyncio.Semaphore) -> AsyncIterator[None]:
    if free.locked():
        raise _RefusedError(503, "busy", "Others are adding sounds just now.", "Try again in a moment.")
    async with free:
        yield


async def _require_allowed(request: Request) -> None:
    reason = await sync_to_async(refusal)(RULE, request.scope.get("user"), "adding a sound to a movie")
    if reason is not None:
        status = 401 if reason.code == "signed_out" else 403
        raise _RefusedError(status, reason.code, reason.message, reason.remedy)
    if request.headers.get("content-type") != _TYPE:
        raise _RefusedError(
            415, "wrong_type", sentence("This is not sent as %(type)s.", type=_TYPE), "Send it from the page."
        )


async def _add(request: Request) -> Response:
    file = sounds.incoming_folder() / uuid4().hex
    try:
        await _receive(request, file)
        name = request.query_params.get("name", "")
        sound = await sync_to_async(_stored, thread_sensitive=False)(file, name)
    except RenderError as error:
        raise _RefusedError(200, error.code, error.message, error.remedy) from error
    except OSError as error:
        logger.exception("A sound can't be stored.")
        full = error.errno in NO_ROOM
        message = "The server's disk is full." if full else "The server can't write its files."
        raise _RefusedError(
            507 if full else 503, "storage", message, "Tell whoever runs the server, then try again."
        ) from error
    finally:
        file.unlink(missing_ok=True)
    described = {"sha256": sound.sha256, "name": sound.name, "seconds": sound.length_s}
    return JSONResponse({"sound": described}, 201, headers={"Cache-Control": "no-store"})


def _stored(file: Path, name: str) -> Sound:
    try:
        return add_sound(file, name)
    finally:
        connections.close_all()  # this thread takes part in no request, whose end would close them


async def _receive(request: Request, file: Path) -> None:
    most = conf.get().max_sound_bytes
    announced = request.headers.get("content-length", "")
    arrived = int(announced) if announced.isdecimal() else 0
    if arrived <= most:
        arrived = 0
        with file.open("xb") as opened:
            pieces = request.stream()
            while arrived <= most:
                try:
                    piece = await asyncio.wait_for(anext(pieces, None), _IDLE_S)
                except TimeoutError:
                    raise _RefusedError(
                        408, "too_slow", "Nothing arrived for a while.", "Try again."
                    ) from None
                if piece is None:
                    return
                arrived += len(piece)
                await asyncio.to_thread(opened.write, piece)
    reason = sound_too_large(most)
    raise _RefusedError(200, reason.code, reason.message, reason.remedy)


application = create_application()
