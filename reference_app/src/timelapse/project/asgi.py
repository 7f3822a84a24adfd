"""The ASGI application: Django, websockets, and the Starlette apps of uploads and media.

Django reads the whole request body before a view runs, so uploads and media bypass it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "timelapse.project.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()  # first: it sets Django up for the imports below

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler  # noqa: E402
from django.core.exceptions import SuspiciousOperation  # noqa: E402
from django.http import Http404  # noqa: E402
from starlette.applications import Starlette  # noqa: E402
from starlette.datastructures import Headers  # noqa: E402
from starlette.responses import PlainTextResponse  # noqa: E402
from starlette.routing import Mount  # noqa: E402
from starlette.staticfiles import StaticFiles  # noqa: E402

from eliot_progress.adapters.asgi import CausalASGI, same_origin  # noqa: E402
from timelapse.ingest.http import application as ingest  # noqa: E402
from timelapse.project.body_limit import BodyLimit  # noqa: E402
from timelapse.project.lifespan import lifespan  # noqa: E402
from timelapse.project.page import NOT_BUILT  # noqa: E402
from timelapse.project.subscriptions import consumer  # noqa: E402
from timelapse.publishing.http import application as publishing  # noqa: E402
from timelapse.publishing.share_pages import application as shared  # noqa: E402
from timelapse.rendering.http import application as sounds  # noqa: E402
from timelapse.shared import conf  # noqa: E402
from timelapse.shared.lingering import LingeringClose  # noqa: E402

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


#: What the build writes beside each file, the smallest first.
_CODINGS = {"br": ".br", "gzip": ".gz"}


def _accepted(header: str) -> set[str]:
    """Return the codings that an Accept-Encoding header names and does not refuse."""
    named = [coding.replace(" ", "").lower().partition(";q=") for coding in header.split(",")]
    return {coding for coding, _, quality in named if quality not in {"0", "0.0", "0.00", "0.000"}}


class Assets(StaticFiles):
    """The built page's files, compressed by the build.

    Their names contain a content hash, so browsers may cache them forever.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, or that the page was never built."""
        if any(Path(folder).is_dir() for folder in self.all_directories):  # noqa: ASYNC240 - one look
            await super().__call__(scope, receive, send)
        else:
            await PlainTextResponse(NOT_BUILT, status_code=503)(scope, receive, send)

    async def get_response(self, path: str, scope: Scope):  # type: ignore[no-untyped-def] # noqa: ANN201, D102
        response = await super().get_response(path, scope)  # first: it refuses what names no file
        accepted = _accepted(Headers(scope=scope).get("accept-encoding", ""))
        for coding, suffix in _CODINGS.items():
            if coding in accepted and self.lookup_path(path + suffix)[1] is not None:
                response = await super().get_response(path + suffix, scope)
                response.headers["Content-Encoding"] = coding
                break
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


class DjangoStatic(ASGIStaticFilesHandler):
    """Django's static files; a path that leads out of their folders is not found."""

    def serve(self, request):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201, D102
        try:
            return super().serve(request)
        except SuspiciousOperation as error:
            raise Http404 from error


static_and_django: ASGIApp = DjangoStatic(django_application)  # type: ignore[assignment] # and here
http = Starlette(
    routes=[
        Mount("/agent/v1", CausalASGI(ingest)),
        Mount("/media/sounds", CausalASGI(AuthMiddlewareStack(sounds), adopt=same_origin)),  # type: ignore[arg-type] # as below
        Mount("/media", AuthMiddlewareStack(publishing)),  # type: ignore[arg-type] # three typings of ASGI meet here
        Mount("/share", shared),
        Mount("/assets", Assets(directory=settings.UI_DIST / "assets", check_dir=False)),
        Mount("/", BodyLimit(static_and_django, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)),
    ],
    lifespan=lifespan,
)


def _most_thrown_away() -> int:
    """Return twice the largest body that any address takes: who sends one up to that size reads why not."""
    limits = conf.get()
    return 2 * max(limits.max_upload_bytes, limits.max_sound_bytes)


async def _only_graphql(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"].rstrip("/") == "/graphql":
        await consumer(scope, receive, send)  # type: ignore[arg-type] # and here
    else:
        await send({"type": "websocket.close", "code": 4404})


websockets = CausalASGI(_only_graphql, adopt=same_origin)
application = ProtocolTypeRouter(
    {
        "http": LingeringClose(http, _most_thrown_away),
        "lifespan": http,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(websockets)),
    }
)
