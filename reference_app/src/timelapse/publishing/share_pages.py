"""The pages behind share links: ``/share/<token>``, for people without an account.

``<token>`` is a page with the movie; ``<token>/embed`` is only its player, which other sites may frame.
``<token>/movie.mp4``, ``<token>/poster.jpg`` and ``<token>/picture.jpg`` are its files; those of the link of
a timelapse are the newest at each request, so that a website can refer to them by one address.
A link that was revoked, has expired, or whose movie was deleted or is in the trash answers 410 and says so;
an unknown one 404.
With a password everything but the form answers 403 until a cookie shows that it was entered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core import signing
from django.http.request import split_domain_port, validate_host
from django.template.loader import render_to_string
from django.utils import timezone, translation
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from fsmlock import Reason
from timelapse.accounts.first_run import place_name
from timelapse.accounts.passwords import opens
from timelapse.accounts.throttle import Refusal
from timelapse.publishing import domain, queries
from timelapse.publishing.http import error_response, file_response
from timelapse.rendering.queries import name_of
from timelapse.shared.languages import preferred_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from timelapse.publishing.models import ShareLink
    from timelapse.publishing.queries import Published
    from timelapse.rendering.models import Movie

_FILES: Final = ("movie.mp4", "poster.jpg", "picture.jpg")
#: Bytes of a form with a password.
LARGEST_FORM: Final = 10_000
#: How long a password that was entered is remembered, seconds.
REMEMBERED_S: Final = 12 * 3600
_POLICY: Final = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
#: The address is a secret: no other site may learn it, no search engine may list it, nobody may keep it.
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


async def _page(request: Request) -> Response:
    link, reason = await _link(request)
    if link is None:
        return await _says(request, reason or domain.UNKNOWN)
    if not _is_open(link, request):
        return await _form(request, link)
    return await sync_to_async(_movie_page)(link, request, "publishing/shared.html", "'none'")


async def _embedded(request: Request) -> Response:
    link, reason = await _link(request)
    if link is None:
        return await _says(request, reason or domain.UNKNOWN, ancestors="*")
    if not _is_open(link, request):
        return await _says(request, domain.PASSWORD_NEEDED, ancestors="*")
    return await sync_to_async(_movie_page)(link, request, "publishing/embedded.html", "*")


async def _enter(request: Request) -> Response:
    """Check the password of the form, then show the page."""
    link, reason = await _link(request)
    if link is None:
        return await _says(request, reason or domain.UNKNOWN)
    given = await _password(request)
    if given is None:
        return await _form(request, link, domain.WRONG_PASSWORD)
    address = request.client.host if request.client else ""
    right = await opens(given, link.password, name=f"share link {link.pk}", address=address)
    if isinstance(right, Refusal):
        return await _form(request, link, right.reason, status=429)
    if not right:
        return await _form(request, link, domain.WRONG_PASSWORD)
    answer = RedirectResponse(f"/share/{link.token}", status_code=303, headers=_HEADERS)
    answer.set_cookie(
        _cookie(link),
        _signer(link).sign(""),
        max_age=REMEMBERED_S,
        path=f"/share/{link.token}",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="lax",
    )
    return answer


async def _file(request: Request) -> Response:
    link, reason = await _link(request)
    if request.path_params["name"] not in _FILES:
        link = None
    if link is None:
        reason = reason or domain.UNKNOWN
        return error_response(_status(reason), reason.code, reason.message, reason.remedy)
    if not _is_open(link, request):
        needed = domain.PASSWORD_NEEDED
        return error_response(403, needed.code, needed.message, needed.remedy)
    found = await sync_to_async(_published)(link, request.path_params["name"])
    if found is None:
        nothing = domain.NOTHING_YET
        return error_response(404, nothing.code, nothing.message, nothing.remedy)
    answer = file_response(request, found, lasting=False)
    answer.headers.update({"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"})
    return answer


async def _link(request: Request) -> tuple[ShareLink | None, Reason | None]:
    """Return the link if it works, else None and the reason."""
    link = await sync_to_async(queries.link_by_token)(request.path_params["token"])
    reason = domain.refusal(None if link is None else queries.facts_of(link), timezone.now())
    return (link, None) if reason is None else (None, reason)


async def _password(request: Request) -> str | None:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            return None
    fields = parse_qs(body.decode("ascii", "replace"), max_num_fields=10)
    return fields.get("password", [""])[0]


def _signer(link: ShareLink) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"share:{link.pk}:{link.password}")


def _cookie(link: ShareLink) -> str:
    return f"share-{link.pk}"


def _is_open(link: ShareLink, request: Request) -> bool:
    if not link.password:
        return True
    try:
        _signer(link).unsign(request.cookies.get(_cookie(link), ""), max_age=REMEMBERED_S)
    except signing.BadSignature:
        return False
    return True


def _movie_page(link: ShareLink, request: Request, template: str, ancestors: str) -> Response:
    movie = queries.movie_of_link(link)
    picture = queries.latest_picture_of_link(link)
    origin = _origin(request)
    shown = {
        "title": _title(link, movie),
        "place": place_name(),
        "movie": movie,
        "picture": picture,
        "timelapse": link.timelapse or (movie.timelapse if movie else None),
        "path": f"/share/{link.token}",
        # Without a host that is known to be this server's, nothing absolute is said.
        "address": None if origin is None else f"{origin}/share/{link.token}",
        "offers_download": link.offers_download,
        "has_password": bool(link.password),
    }
    headers = {**_HEADERS, "Content-Security-Policy": _POLICY.format(ancestors=ancestors)}
    return HTMLResponse(_rendered(template, shown, request), headers=headers)


def _title(link: ShareLink, movie: Movie | None) -> str:
    if link.timelapse is not None or movie is None:
        return str(link.timelapse)
    return f"{movie.timelapse}: {name_of(movie)}"


def _origin(request: Request) -> str | None:
    host = request.headers.get("host", "")
    name, _ = split_domain_port(host)
    if not validate_host(name, settings.ALLOWED_HOSTS):
        return None
    scheme = "https" if settings.SESSION_COOKIE_SECURE else request.url.scheme
    return f"{scheme}://{host}"


def _published(link: ShareLink, name: str) -> Published | None:
    if name == "picture.jpg":
        picture = queries.latest_picture_of_link(link)
        return None if picture is None else queries.large_thumbnail(picture.pk, "jpg")
    movie = queries.movie_of_link(link)
    if movie is None:
        return None
    return queries.movie(movie.pk, "mp4") if name == "movie.mp4" else queries.poster(movie.pk, "jpg")


def _rendered(template: str, shown: Mapping[str, object], request: Request) -> str:
    """Render a template in the first language of the browser that there is, else in the default one."""
    with translation.override(preferred_language(request.headers.get("accept-language", ""))):
        said = {
            name: value.translated() if isinstance(value, Reason) else value for name, value in shown.items()
        }
        return render_to_string(template, said)


async def _form(
    request: Request, link: ShareLink, reason: Reason | None = None, *, status: int = 403
) -> Response:
    shown = {"path": f"/share/{link.token}", "reason": reason}
    page = await sync_to_async(_rendered)("publishing/password.html", shown, request)
    headers = {**_HEADERS, "Content-Security-Policy": _POLICY.format(ancestors="'none'")}
    return HTMLResponse(page, 200 if reason is None else status, headers=headers)


async def _says(request: Request, reason: Reason, *, ancestors: str = "'none'") -> Response:
    page = await sync_to_async(_rendered)("publishing/refused.html", {"reason": reason}, request)
    headers = {**_HEADERS, "Content-Security-Policy": _POLICY.format(ancestors=ancestors)}
    return HTMLResponse(page, _status(reason), headers=headers)


def _status(reason: Reason) -> int:
    if reason.code == domain.PASSWORD_NEEDED.code:
        return 403
    return 404 if reason.code == domain.UNKNOWN.code else 410


application = Starlette(
    routes=[
        Route("/{token}", _page, methods=["GET"]),
        Route("/{token}", _enter, methods=["POST"]),
        Route("/{token}/embed", _embedded),
        Route("/{token}/{name}", _file),
    ]
)
