from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone
from tests.factories import NOON, camera, frame, timelapse
from tests.publishing.conftest import CONTENT, ready_movie

import fsmlock
from timelapse.project.asgi import application
from timelapse.publishing import actions
from timelapse.publishing.models import ShareLink
from timelapse.rendering.actions import delete_movie

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(db):
    return User.objects.create_superuser("owner")


@pytest.fixture
async def visitor():
    """Somebody without an account."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application), base_url="http://localhost"
    ) as browser:
        yield browser


@pytest.fixture
def share(owner):
    async def make(obj, *, days=30, password="", download=True):
        return await sync_to_async(actions.share)(obj, owner, days=days, password=password, download=download)

    return make


def address(link, name=""):
    return f"/share/{link.token}{name and '/'}{name}"


@pytest.fixture(autouse=True)
def no_attempts_yet():
    cache.clear()
    yield
    cache.clear()


async def test_a_movie_is_watched_without_an_account(visitor, share, movie):
    link = await share(movie)
    page = await visitor.get(address(link))
    assert page.status_code == 200
    assert f'src="/share/{link.token}/movie.mp4"' in page.text
    answer = await visitor.get(address(link, "movie.mp4"), headers={"Range": "bytes=0-99"})
    assert (answer.status_code, answer.content) == (206, CONTENT[:100])
    assert (await visitor.get(address(link, "poster.jpg"))).content == b"a poster"


@pytest.mark.parametrize(
    ("accepted", "language", "made", "unknown"),
    [
        ("de-CH,de;q=0.9,en;q=0.5", "de", "erstellt am ", "Diesen Link gibt es nicht."),
        ("tlh,*,de", "de", "erstellt am ", "Diesen Link gibt es nicht."),
        ("fr", "en", "made ", "There is no such link."),
        ("", "en", "made ", "There is no such link."),
        (",;=" * 5000, "en", "made ", "There is no such link."),
    ],
)
async def test_a_page_is_in_a_language_of_the_browser(
    visitor, share, movie, accepted, language, made, unknown
):
    visitor.headers["accept-language"] = accepted
    page = await visitor.get(address(await share(movie)))
    assert f'<html lang="{language}">' in page.text
    assert f" · {made}" in page.text
    assert unknown in (await visitor.get(f"/share/{'x' * 32}")).text


async def test_nothing_but_the_movie_is_open_to_who_has_its_link(visitor, share, movie):
    link = await share(movie)
    other = await sync_to_async(ready_movie)()
    assert (await visitor.get(f"/media/movies/{other.pk}.mp4")).status_code == 401
    assert (await visitor.get(address(link, "picture.jpg"))).status_code == 404
    assert (await visitor.get(address(link, "frames"))).status_code == 404
    assert (await visitor.get(address(link, "..%2f..%2fdb.sqlite3"))).status_code == 404


async def test_a_page_is_neither_kept_nor_listed_nor_framed_nor_named_to_other_sites(visitor, share, movie):
    page = await visitor.get(address(await share(movie)))
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"], "default-src 'none' forbids scripts"


async def test_other_sites_may_frame_the_player(visitor, share, movie):
    page = await visitor.get(address(await share(movie), "embed"))
    assert "<video" in page.text
    assert "frame-ancestors *" in page.headers["content-security-policy"]


async def test_a_link_that_is_sent_on_shows_a_picture_of_the_movie(visitor, share, movie):
    link = await share(movie)
    page = await visitor.get(address(link))
    assert f'<meta property="og:image" content="http://localhost/share/{link.token}/poster.jpg">' in page.text
    foreign = await visitor.get(address(link), headers={"Host": "elsewhere.example"})
    assert "elsewhere.example" not in foreign.text


async def test_a_name_with_markup_is_text(visitor, share, media):
    garden = await sync_to_async(timelapse)(name="<script>alert(1)</script>")
    link = await share(await sync_to_async(ready_movie)(garden))
    page = await visitor.get(address(link))
    assert "<script" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


@pytest.mark.parametrize("token", ["x", "x" * 32, "%00", "a%2Fb", "\N{GRINNING FACE}", "x" * 5000])
async def test_a_guessed_link_shows_nothing(visitor, share, movie, token):
    await share(movie)
    answer = await visitor.get(f"/share/{token}")
    assert answer.status_code == 404


async def test_a_revoked_link_says_so(visitor, share, movie, owner):
    link = await share(movie)
    await sync_to_async(fsmlock.apply_transition)(link, "revoke", user=owner)
    page = await visitor.get(address(link))
    assert (page.status_code, "This link was revoked." in page.text) == (410, True)
    answer = await visitor.get(address(link, "movie.mp4"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "revoked")


async def test_an_expired_link_says_so(visitor, share, movie):
    link = await share(movie, days=1)
    assert (await visitor.get(address(link))).status_code == 200
    await ShareLink.objects.filter(pk=link.pk).aupdate(expires_at=timezone.now() - timedelta(seconds=1))
    page = await visitor.get(address(link))
    assert (page.status_code, "This link has expired." in page.text) == (410, True)
    assert (await visitor.get(address(link, "movie.mp4"))).status_code == 410


async def test_a_link_says_when_its_movie_was_deleted(visitor, share, movie):
    link = await share(movie)
    await sync_to_async(delete_movie)(movie.pk)
    page = await visitor.get(address(link))
    assert (page.status_code, "was deleted" in page.text) == (410, True)


async def test_the_link_of_a_timelapse_shows_the_newest_movie_and_the_latest_picture(visitor, share, media):
    garden = await sync_to_async(timelapse)()
    link = await share(garden)
    assert "There is nothing to show yet." in (await visitor.get(address(link))).text
    assert (await visitor.get(address(link, "movie.mp4"))).json()["error"]["code"] == "nothing_yet"
    await sync_to_async(ready_movie)(garden, b"first")
    assert (await visitor.get(address(link, "movie.mp4"))).content == b"first"
    await sync_to_async(ready_movie)(garden, b"second, and longer")
    assert (await visitor.get(address(link, "movie.mp4"))).content == b"second, and longer"
    await sync_to_async(frame)(garden.camera, b"at noon", at=NOON)
    hidden = await sync_to_async(frame)(garden.camera, b"hidden", at=NOON + timedelta(hours=1))
    hidden.hidden_at = timezone.now()
    await hidden.asave()
    await sync_to_async(frame)(
        await sync_to_async(camera)("Cellar"), b"elsewhere", at=NOON + timedelta(hours=2)
    )
    assert (await visitor.get(address(link, "picture.jpg"))).content == b"at noon"
    assert "1 June 2026, 12:00:00 UTC" in (await visitor.get(address(link))).text


async def test_a_password_opens_the_page_and_its_files(visitor, share, movie):
    link = await share(movie, password="rosebud")
    locked = await visitor.get(address(link))
    assert "<form" in locked.text
    assert "Garden" not in locked.text, "what it shows is told to nobody without the password"
    assert (await visitor.get(address(link, "movie.mp4"))).status_code == 403
    assert (await visitor.get(address(link, "embed"))).status_code == 403
    entered = await visitor.post(address(link), data={"password": "rosebud"})
    assert (entered.status_code, entered.headers["location"]) == (303, f"/share/{link.token}")
    assert re.search(r"HttpOnly.*Path=/share/.*SameSite=lax", entered.headers["set-cookie"])
    assert (await visitor.get(address(link, "movie.mp4"))).content == CONTENT
    assert "<video" in (await visitor.get(address(link))).text


async def test_the_cookie_of_one_link_opens_no_other(visitor, share, movie):
    first, second = await share(movie, password="rosebud"), await share(movie, password="rosebud")
    await visitor.post(address(first), data={"password": "rosebud"})
    visitor.cookies.set(f"share-{second.pk}", visitor.cookies[f"share-{first.pk}"])
    assert (await visitor.get(address(second, "movie.mp4"))).status_code == 403


@pytest.mark.parametrize("password", ["wrong", "", "Rosebud", "\N{GRINNING FACE}", "x" * 5000, "x" * 50_000])
async def test_another_password_opens_nothing(visitor, share, movie, password):
    link = await share(movie, password="rosebud")
    answer = await visitor.post(address(link), data={"password": password})
    assert (answer.status_code, "This isn&#x27;t the password." in answer.text) == (403, True)
    assert "set-cookie" not in answer.headers


async def test_passwords_of_a_link_can_not_be_guessed_in_a_row(visitor, share, movie):
    link = await share(movie, password="rosebud")
    for _ in range(5):
        assert (await visitor.post(address(link), data={"password": "wrong"})).status_code == 403
    answer = await visitor.post(address(link), data={"password": "rosebud"})
    assert (answer.status_code, "Too many attempts. Try again in" in answer.text) == (429, True)


async def test_the_download_is_offered_only_when_it_was_wanted(visitor, share, movie):
    offered, not_offered = await share(movie), await share(movie, download=False)
    page = await visitor.get(address(offered))
    assert f'href="/share/{offered.token}/movie.mp4?download"' in page.text
    saved = await visitor.get(address(offered, "movie.mp4?download"))
    assert saved.headers["content-disposition"].startswith("attachment")
    page = await visitor.get(address(not_offered))
    assert "download" not in page.text.replace("nodownload", "")
