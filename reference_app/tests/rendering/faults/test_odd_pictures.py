"""Pictures of every kind that cameras, phones and broken cards deliver, in one real movie."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from tests.factories import frame, timelapse
from tests.rendering.pipeline import barcodes

from timelapse.rendering import actions, queries, tasks, watching
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.models import Movie
from timelapse.rendering.pipeline.verify import inspect

pytestmark = pytest.mark.django_db(transaction=True)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


RAMP = np.linspace(0, 255, 96 * 64, dtype=np.uint8).reshape(64, 96)
COLOURED = Image.merge("RGB", [Image.fromarray(np.roll(RAMP, turn)) for turn in (0, 2000, 4000)])
JPEG = saved(COLOURED, "JPEG", quality=95)
PNG = saved(COLOURED, "PNG")
_SIZE_AT = JPEG.index(b"\xff\xc0") + 5
BOMB = JPEG[:_SIZE_AT] + b"\xff\xdc" * 2 + JPEG[_SIZE_AT + 4 :]

USABLE = {
    "plain.jpg": JPEG,
    "progressive.jpg": saved(COLOURED, "JPEG", progressive=True),
    "print.jpg": saved(COLOURED.convert("CMYK"), "JPEG"),
    "grey.jpg": saved(COLOURED.convert("L"), "JPEG"),
    "16 bits.png": saved(Image.fromarray(RAMP.astype(np.uint16) * 257), "PNG"),
    "palette.png": saved(COLOURED.quantize(16), "PNG"),
    "one bit.png": saved(COLOURED.convert("1"), "PNG"),
    "see-through.png": saved(COLOURED.convert("RGBA"), "PNG"),
    "moving.webp": saved(COLOURED, "WEBP", save_all=True, append_images=[COLOURED.rotate(180)]),
    "tall.jpg": saved(COLOURED.resize((40, 400)), "JPEG"),
    "large.jpg": saved(COLOURED.resize((1600, 900)), "JPEG"),
    "one pixel.png": saved(COLOURED.resize((1, 1)), "PNG"),
    "../../名前\t'\"<b>.jpg": JPEG,
}
UNUSABLE = {
    "nothing.jpg": (b"", "empty"),
    "zeros.jpg": (bytes(5000), "not_a_picture"),
    "sign in.jpg": (b"<!doctype html><title>Sign in</title>", "not_a_picture"),
    "half.jpg": (JPEG[: len(JPEG) // 2], "damaged"),
    "cut.png": (PNG[:-30], "damaged"),
    "bomb.jpg": (BOMB, "too_many_pixels"),
    "moving.gif": (saved(COLOURED, "GIF"), "not_a_picture"),
}


def test_a_movie_is_made_of_what_can_be_shown_and_says_what_is_missing_and_why(media, user):
    garden = timelapse()
    odd = {name: content for name, (content, _) in UNUSABLE.items()}
    for name, content in (USABLE | odd).items():
        frame(garden.camera, content, name=name)
    movie = actions.request_render(garden.pk, RenderOptions(width=192, height=128), user)
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert (movie.state, movie.failure_message) == (Movie.States.READY, "")
    assert {left["frame"]: left["code"] for left in movie.left_out} == {
        name: code for name, (_, code) in UNUSABLE.items()
    }
    assert all(left["reason"].endswith(".") for left in movie.left_out)
    assert movie.frame_count == inspect(queries.video_of(movie.pk)).frame_count == len(USABLE)
    assert sorted(path.name for path in queries.folder_of(movie.pk).iterdir()) == barcodes.PUBLISHED
    assert not list(queries.segments_of(garden.pk).glob("*.part"))
    assert watching.playlist(movie).endswith("#EXT-X-ENDLIST\n")


def test_a_movie_of_nothing_but_damaged_pictures_fails_once_and_leaves_nothing(media, user):
    garden = timelapse()
    for name, (content, _) in UNUSABLE.items():
        frame(garden.camera, content, name=name)
    movie = actions.request_render(garden.pk, RenderOptions(width=192, height=128), user)
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert (movie.state, movie.failure_code) == (Movie.States.FAILED, "no_usable_frames")
    assert list(queries.folder_of(movie.pk).iterdir()) == []
    assert not [path for path in queries.segments_of(garden.pk).iterdir() if path.suffix != ".json"]
