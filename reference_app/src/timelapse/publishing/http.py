"""Serves movies, posters, frames, thumbnails and previews to signed-in users.

URLs contain primary keys, never paths: ``movies/<pk>.mp4``, ``posters/<pk>.jpg``,
``sprites/<pk>.vtt`` (small pictures of a movie, with ``sprites/<pk>.jpg``),
``frames/<pk>.<extension>``, ``thumbnails/<pk>.jpg``, ``large-thumbnails/<pk>.jpg`` and
``previews/<pk>.jpg``; the database has the path.
With ``?download`` a movie, a keogram or a strip of days is saved under a name that says what it is.
``keograms/<pk>/<begin>-<end>.png`` is a keogram of a timelapse, from one second since 1970 to another;
``day-strips/<pk>.png`` are its days. Both are drawn when they are asked for.
``live/<pk>.m3u8`` is the playlist of a movie that is being rendered, ``live/<pk>/...`` are its pieces.
Ranges are supported (206, or 416 beyond the end), so that browsers can seek in a movie. Errors are 401 when
nobody is signed in, 403 without the permission, and 404 when there is no such file (yet), as
``{"error": {"code", "message", "remedy"}}``.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from asgiref.sync import sync_to_async
from starlette.applications import Starlette
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from timelapse.publishing import queries
from timelapse.rendering.keogram import pictures
from timelapse.shared.access import needs, refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from timelapse.publishing.queries import Published
    from timelapse.shared.access import Rule

#: Browsers may cache a file privately for an hour, then revalidate it.
_CACHE: Final = {
    "Cache-Control": "private, max-age=3600",
    "X-Content-Type-Options": "nosniff",
    # A browser shows the file; nothing in it runs, loads or frames anything.
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
        "frame-ancestors 'none'"
    ),
}
#: For a stand-in: browsers must revalidate it each time.
_REVALIDATE: Final = {**_CACHE, "Cache-Control": "private, no-cache"}
_FILE = re.compile(r"([1-9][0-9]{0,17})\.([a-z0-9]{1,5})")
_ENDS = re.compile(r"([0-9]{1,10})-([0-9]{1,10})\.png")
#: Draws keograms, one at a time: it reads some hundred thumbnails, and others wait for their files meanwhile.
_DRAWS: Final = ThreadPoolExecutor(1, thread_name_prefix="keograms")


def _serving(
    find: Callable[[int, str], Published | None], rule: Rule
) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        if (refused := await _refusal(request, rule)) is not None:
            return refused
        name = _FILE.fullmatch(request.path_params["name"])
        found = await sync_to_async(find)(int(name[1]), name[2]) if name else None
        return _not_found() if found is None else file_response(request, found, lasting=found.lasting)

    return serve


async def _live_playlist(request: Request) -> Response:
    if (refused := await _refusal(request, _WATCHING)) is not None:
        return refused
    name = _FILE.fullmatch(request.path_params["name"])
    text = await sync_to_async(queries.live_playlist)(int(name[1])) if name and name[2] == "m3u8" else None
    if text is None:
        return _not_found()
    return Response(text, media_type="application/vnd.apple.mpegurl", headers={"Cache-Control": "no-store"})


async def _live_piece(request: Request) -> Response:
    if (refused := await _refusal(request, _WATCHING)) is not None:
        return refused
    movie, name = request.path_params["movie"], request.path_params["name"]
    content = await sync_to_async(queries.live_piece)(movie, name)
    return _not_found() if content is None else Response(content, media_type="video/mp4", headers=_REVALIDATE)


async def _keogram(request: Request) -> Response:
    if (refused := await _refusal(request, _LOOKING)) is not None:
        return refused
    ends = _ENDS.fullmatch(request.path_params["name"])
    if ends is None:
        return _not_found()
    begin, end = (datetime.fromtimestamp(int(seconds), UTC) for seconds in ends.groups())
    found = await sync_to_async(pictures.find_keogram)(request.path_params["timelapse"], begin, end)
    return await _drawing(request, found)


async def _day_strip(request: Request) -> Response:
    if (refused := await _refusal(request, _LOOKING)) is not None:
        return refused
    name = _FILE.fullmatch(request.path_params["name"])
    found = await sync_to_async(pictures.find_strip)(int(name[1])) if name and name[2] == "png" else None
    return await _drawing(request, found)


async def _drawing(request: Request, found: pictures.Keogram | pictures.DayStrip | None) -> Response:
    """Answer with what is drawn now, or with 304 if the browser has the same."""
    if found is None:
        return _not_found()
    saved = "download" in request.query_params
    loop = asyncio.get_running_loop()
    content = await loop.run_in_executor(_DRAWS, found.saved if saved else found.shown)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {**_REVALIDATE, "ETag": tag}
    if saved:
        headers["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(found.name)}"
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="image/png", headers=headers)


async def _refusal(request: Request, rule: Rule) -> Response | None:
    reason = await sync_to_async(refusal)(rule, request.scope.get("user"), "looking at this file")
    if reason is None:
        return None
    status, code = (401, "signed_out") if reason.code == "signed_out" else (403, "forbidden")
    return error_response(status, code, reason.message, reason.remedy)


def file_response(request: Request, found: Published, *, lasting: bool) -> Response:
    """Answer with the file or a range of it; with 304 if the browser has it.

    Args:
        request: with ``?download`` the file is saved under its name.
        found: the file.
        lasting: whether the browser may show it for an hour without asking again.
    """
    keep = _CACHE if lasting else _REVALIDATE
    saved = found.name if "download" in request.query_params else ""
    answer = FileResponse(
        found.path,
        headers=keep,
        media_type=found.media_type,
        stat_result=found.stat,
        filename=saved or None,
    )
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
    if answer.headers["ETag"] in known or "*" in known:
        return Response(status_code=304, headers={**keep, "ETag": answer.headers["ETag"]})
    return answer


def _not_found() -> Response:
    remedy = "Take the address from the page: it offers what is there."
    return error_response(404, "not_found", "There is no such file.", remedy)


def error_response(status: int, code: str, message: str, remedy: str) -> Response:
    """Answer with an error as JSON, which nothing keeps."""
    error = {"code": code, "message": message, "remedy": remedy}
    return JSONResponse({"error": error}, status, headers={"Cache-Control": "no-store"})


_FOLDERS: Final = {
    "movies": (queries.movie, needs("rendering.view_movie")),
    "sprites": (queries.sprite, needs("rendering.view_movie")),
    "posters": (queries.poster, needs("rendering.view_movie")),
    "frames": (queries.frame, needs("frames.view_frame")),
    "thumbnails": (queries.thumbnail, needs("frames.view_frame")),
    "large-thumbnails": (queries.large_thumbnail, needs("frames.view_frame")),
    "previews": (queries.preview, needs("frames.view_preview")),
}
_WATCHING: Final = needs("rendering.view_movie")
_LOOKING: Final = needs("frames.view_frame")
#: Who may look at the files of each folder.
RULES: Final = {
    **{folder: rule for folder, (_, rule) in _FOLDERS.items()},
    "live": _WATCHING,
    "keograms": _LOOKING,
    "day-strips": _LOOKING,
}
application = Starlette(
    routes=[
        *(Route(f"/{folder}/{{name}}", _serving(find, rule)) for folder, (find, rule) in _FOLDERS.items()),
        Route("/keograms/{timelapse:int}/{name}", _keogram),
        Route("/day-strips/{name}", _day_strip),
        Route("/live/{name}", _live_playlist),
        Route("/live/{movie:int}/{name}", _live_piece),
    ]
)
