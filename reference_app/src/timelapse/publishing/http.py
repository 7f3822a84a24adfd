"""Serves movies, posters, frames, thumbnails and previews to signed-in users.

URLs contain primary keys, never paths: ``movies/<pk>.mp4``, ``posters/<pk>.jpg``,
``frames/<pk>.<extension>``, ``thumbnails/<pk>.jpg`` and ``previews/<pk>.jpg``; the database has the path.
Ranges are supported (206, or 416 beyond the end), so that browsers can seek in a movie. Errors are 401 when
nobody is signed in and 404 when there is no such file (yet), as ``{"error": {"code", "message", "remedy"}}``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from asgiref.sync import sync_to_async
from starlette.applications import Starlette
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from timelapse.publishing import queries

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from timelapse.publishing.queries import Published

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


def _serving(find: Callable[[int, str], Published | None]) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        user = request.scope.get("user")
        if user is None or not user.is_authenticated:
            return _refused(401, "signed_out", "You are not signed in.", "Sign in, then try again.")
        name = _FILE.fullmatch(request.path_params["name"])
        found = await sync_to_async(find)(int(name[1]), name[2]) if name else None
        if found is None:
            remedy = "Take the address from the page: it offers what is there."
            return _refused(404, "not_found", "There is no such file.", remedy)
        return _answer(request, found)

    return serve


def _answer(request: Request, found: Published) -> Response:
    keep = _CACHE if found.lasting else _REVALIDATE
    answer = FileResponse(found.path, headers=keep, media_type=found.media_type, stat_result=found.stat)
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
    if answer.headers["ETag"] in known or "*" in known:
        return Response(status_code=304, headers={**keep, "ETag": answer.headers["ETag"]})
    return answer


def _refused(status: int, code: str, message: str, remedy: str) -> Response:
    error = {"code": code, "message": message, "remedy": remedy}
    return JSONResponse({"error": error}, status, headers={"Cache-Control": "no-store"})


application = Starlette(
    routes=[
        Route("/movies/{name}", _serving(queries.movie)),
        Route("/posters/{name}", _serving(queries.poster)),
        Route("/frames/{name}", _serving(queries.frame)),
        Route("/thumbnails/{name}", _serving(queries.thumbnail)),
        Route("/previews/{name}", _serving(queries.preview)),
    ]
)
