from __future__ import annotations

import io
from types import SimpleNamespace
from urllib.parse import unquote

import httpx
import numpy as np
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from PIL import Image
from tests.factories import NOON, camera, frame, timelapse
from tests.publishing.conftest import CONTENT

from timelapse.frames.models import Preview
from timelapse.frames.queries import thumbnail_of
from timelapse.publishing.http import application
from timelapse.rendering import queries, watching
from timelapse.rendering.models import Movie
from timelapse.rendering.pipeline.encode import write_segment
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.scale import to_frame

pytestmark = pytest.mark.django_db(transaction=True)


def browser(user):
    async def signed_in(scope, receive, send):
        await application({**scope, "user": user}, receive, send)

    return httpx.AsyncClient(transport=httpx.ASGITransport(signed_in), base_url="http://localhost")


@pytest.fixture
async def get(user):
    async with browser(user) as client:
        yield client.get


async def test_a_movie_is_served_whole(get, movie):
    answer = await get(f"/movies/{movie.pk}.mp4")
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"].startswith("private")


@pytest.mark.parametrize(
    ("requested", "answered", "part"),
    [
        ("bytes=0-99", "bytes 0-99/10240", slice(0, 100)),
        ("bytes=10000-", "bytes 10000-10239/10240", slice(10000, None)),
        ("bytes=-40", "bytes 10200-10239/10240", slice(-40, None)),
        ("bytes=0-", "bytes 0-10239/10240", slice(None)),
        ("bytes=10000-99999", "bytes 10000-10239/10240", slice(10000, None)),
    ],
)
async def test_a_range_is_served_so_that_browsers_can_seek(get, movie, requested, answered, part):
    answer = await get(f"/movies/{movie.pk}.mp4", headers={"Range": requested})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == answered
    assert answer.content == CONTENT[part]


async def test_a_download_has_a_name_that_says_what_it_is(get, movie):
    garden = movie.timelapse
    garden.name = 'Garten "Süd"/2'
    await garden.asave()
    answer = await get(f"/movies/{movie.pk}.mp4?download")
    assert answer.content == CONTENT
    kind, _, name = answer.headers["content-disposition"].partition("; filename*=utf-8''")
    assert kind == "attachment"
    assert unquote(name) == f"Garten Süd 2 {movie.created_at:%Y-%m-%d} {movie}.mp4"
    shown = await get(f"/movies/{movie.pk}.mp4")
    assert "content-disposition" not in shown.headers


async def test_a_keogram_and_the_days_are_drawn_shown_again_and_saved(get, media):
    garden = await sync_to_async(timelapse)()
    await sync_to_async(frame)(garden.camera, jpeg(), at=NOON)
    begin = int(NOON.timestamp()) - 12 * 3600
    for address, name, size in (
        (f"/keograms/{garden.pk}/{begin}-{begin + 86400}.png", "Garden 2026-06-01 keogram.png", (720, 96)),
        (f"/day-strips/{garden.pk}.png", "Garden 2026-06-01 days.png", (720, 1)),
    ):
        shown = await get(address)
        assert shown.headers["content-type"] == "image/png"
        assert shown.headers["cache-control"] == "private, no-cache"
        assert Image.open(io.BytesIO(shown.content)).size == size
        again = await get(address, headers={"If-None-Match": shown.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        saved = await get(f"{address}?download")
        assert unquote(saved.headers["content-disposition"]) == f"attachment; filename*=utf-8''{name}"
        assert Image.open(io.BytesIO(saved.content)).width > 2 * 720


@pytest.mark.parametrize(
    "address",
    [
        "/keograms/999/0-86400.png",
        "/keograms/{}/0-999999.png",
        "/keograms/{}/86400-0.png",
        "/keograms/{}/0-86400.jpg",
        "/keograms/{}/99999999999-99999999999.png",
        f"/keograms/{10**30}/0-86400.png",
        "/day-strips/{}.png",
        "/day-strips/{}.jpg",
    ],
)
async def test_what_is_no_keogram_is_not_found(get, media, address):
    garden = await sync_to_async(timelapse)()
    answer = await get(address.format(garden.pk))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_keograms_are_for_those_who_may_look_at_frames(media):
    garden = await sync_to_async(timelapse)()
    async with browser(AnonymousUser()) as client:
        for address in (f"/keograms/{garden.pk}/0-86400.png", f"/day-strips/{garden.pk}.png"):
            assert (await client.get(address)).status_code == 401


def jpeg():
    written = io.BytesIO()
    Image.new("RGB", (32, 24), "red").save(written, "JPEG")
    return written.getvalue()


async def test_a_part_behind_the_end_is_refused_with_the_size(get, movie):
    answer = await get(f"/movies/{movie.pk}.mp4", headers={"Range": "bytes=20000-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */10240"


async def test_a_range_that_is_none_is_refused(get, movie):
    assert (await get(f"/movies/{movie.pk}.mp4", headers={"Range": "frames=1-2"})).status_code == 400


async def test_what_the_browser_has_already_isnt_sent_again(get, movie):
    first = await get(f"/movies/{movie.pk}.mp4")
    again = await get(f"/movies/{movie.pk}.mp4", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


async def test_another_file_has_another_tag(get, movie):
    first = await get(f"/movies/{movie.pk}.mp4")
    queries.video_of(movie.pk).write_bytes(CONTENT + b"more")
    again = await get(f"/movies/{movie.pk}.mp4", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200


async def test_posters_frames_and_thumbnails_are_pictures(get, movie):
    made = await sync_to_async(lambda: frame(camera(), b"a picture"))()
    for address, content in (
        (f"/posters/{movie.pk}.jpg", b"a poster"),
        (f"/frames/{made.pk}.jpg", b"a picture"),
        (f"/thumbnails/{made.pk}.jpg", b"a picture"),
    ):
        answer = await get(address)
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == "image/jpeg"


async def test_the_thumbnails_of_a_movie_lie_beside_their_index(get, movie):
    assert (await get(f"/sprites/{movie.pk}.vtt")).status_code == 404, "it was rendered without"
    queries.sprite_of(movie.pk).write_bytes(b"small pictures")
    queries.thumbnails_of(movie.pk).write_text("WEBVTT")
    for extension, content, kind in (("jpg", "small pictures", "image/jpeg"), ("vtt", "WEBVTT", "text/vtt")):
        answer = await get(f"/sprites/{movie.pk}.{extension}")
        assert (answer.status_code, answer.text) == (200, content)
        assert answer.headers["content-type"].startswith(kind)
    assert (await get(f"/sprites/{movie.pk}.mp4")).status_code == 404
    await Movie.objects.filter(pk=movie.pk).aupdate(state="deleted")
    assert (await get(f"/sprites/{movie.pk}.vtt")).status_code == 404


@pytest.mark.parametrize("state", ["queued", "rendering", "failed", "deleting", "deleted"])
async def test_a_movie_that_isnt_ready_isnt_there(get, movie, state):
    await Movie.objects.filter(pk=movie.pk).aupdate(state=state)
    assert (await get(f"/movies/{movie.pk}.mp4")).status_code == 404
    assert (await get(f"/posters/{movie.pk}.jpg")).status_code == 404


async def test_of_a_movie_in_the_trash_only_the_poster_is_there(get, movie):
    await Movie.objects.filter(pk=movie.pk).aupdate(state="trashed", bytes=7)
    assert (await get(f"/movies/{movie.pk}.mp4")).status_code == 404
    assert (await get(f"/posters/{movie.pk}.jpg")).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/movies/4711.mp4",
        "/movies/PK.avi",
        "/movies/0PK.mp4",
        "/movies/PK",
        "/movies/PK.mp4/",
        "/posters/PK.png",
        "/frames/4711.jpg",
        "/thumbnails/4711.png",
        "/thumbnails/4711.jpg",
        "/movies/..%2f..%2fdb.sqlite3",
        "/movies/%2e%2e/PK.mp4",
        "/frames/1.jpg%00.png",
        "/movies/99999999999999999999999999.mp4",
        "/quarantine/1.json",
        "/",
    ],
)
async def test_what_isnt_there_is_not_found(get, movie, address):
    answer = await get(address.replace("PK", str(movie.pk)))
    assert answer.status_code in {404, 307}
    assert CONTENT not in answer.content


async def test_a_file_that_vanished_is_not_found(get, movie):
    queries.video_of(movie.pk).unlink()
    answer = await get(f"/movies/{movie.pk}.mp4")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


async def test_a_frame_is_found_by_its_own_extension_only(get, media):
    made = await sync_to_async(lambda: frame(camera()))()
    assert (await get(f"/frames/{made.pk}.png")).status_code == 404


@pytest.mark.parametrize("nobody", [None, AnonymousUser(), SimpleNamespace(is_authenticated=False)])
async def test_who_isnt_signed_in_learns_nothing(movie, nobody):
    async with browser(nobody) as client:
        for address in (f"/movies/{movie.pk}.mp4", "/movies/4711.mp4", "/frames/1.jpg"):
            answer = await client.get(address)
            assert answer.status_code == 401
            assert answer.json()["error"]["code"] == "signed_out"
            assert answer.headers["cache-control"] == "no-store"


async def test_only_reading_is_allowed(movie, user):
    async with browser(user) as client:
        assert (await client.delete(f"/movies/{movie.pk}.mp4")).status_code == 405
        assert (await client.head(f"/movies/{movie.pk}.mp4")).status_code == 200


async def test_the_picture_itself_stands_in_for_a_small_copy_that_is_being_made(get, media):
    made = await sync_to_async(frame)(await sync_to_async(camera)(), b"the whole picture")
    small = thumbnail_of(made)
    small.unlink()
    answer = await get(f"/thumbnails/{made.pk}.jpg")
    assert (answer.status_code, answer.content) == (200, b"the whole picture")
    assert answer.headers["cache-control"] == "private, no-cache"
    small.write_bytes(b"small")
    again = await get(f"/thumbnails/{made.pk}.jpg", headers={"If-None-Match": answer.headers["etag"]})
    assert again.content == b"small"
    assert "max-age" in again.headers["cache-control"]


async def test_a_preview_is_a_picture(get, media):
    roof = await sync_to_async(camera)()
    (media / "previews").mkdir(parents=True)
    (media / "previews" / "preview.jpg").write_bytes(b"a preview")
    preview = await Preview.objects.acreate(
        camera=roof,
        capture="preview-1",
        sequence=1,
        captured_at=NOON,
        clock="synced",
        width=320,
        height=200,
        bytes=6,
        file="previews/preview.jpg",
    )
    answer = await get(f"/previews/{preview.pk}.jpg")
    assert (answer.status_code, answer.content) == (200, b"a preview")
    assert (await get(f"/previews/{preview.pk}.png")).status_code == 404


@pytest.fixture
def watched(movie):
    """A movie whose first second is finished."""
    key = "a" * 64
    Movie.objects.filter(pk=movie.pk).update(state=Movie.States.CANCELLED, segments=[[key, 30]])
    folder = queries.segments_of(movie.timelapse_id)
    folder.mkdir(parents=True)
    frames = (to_frame(np.zeros((48, 64, 3), np.uint8), Size(64, 48)) for _ in range(30))
    write_segment(frames, folder / f"{key}.mp4", watching.format_of(movie), on_frame=lambda: None)
    return movie


async def test_the_beginning_of_a_movie_is_served_as_a_playlist_and_its_pieces(get, watched):
    answer = await get(f"/live/{watched.pk}.m3u8")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.endswith(f"{watched.pk}/0.m4s\n#EXT-X-ENDLIST\n")
    for name in ("init.mp4", "0.m4s"):
        piece = await get(f"/live/{watched.pk}/{name}")
        assert (piece.status_code, piece.headers["content-type"]) == (200, "video/mp4")
        assert len(piece.content) > 500


@pytest.mark.parametrize(
    "name", ["{0}/1.m4s", "{0}/secret", "{0}.mp4", "4711.m3u8", "4711/0.m4s", "x/0.m4s", "0.m3u8"]
)
async def test_what_a_playlist_doesnt_name_is_not_found(get, watched, name):
    assert (await get("/live/" + name.format(watched.pk))).status_code == 404


async def test_nobody_watches_without_signing_in(watched):
    async with browser(AnonymousUser()) as client:
        for name in (f"{watched.pk}.m3u8", f"{watched.pk}/0.m4s"):
            assert (await client.get(f"/live/{name}")).status_code == 401
