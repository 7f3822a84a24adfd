from __future__ import annotations

import io
import struct
import sys
import tracemalloc
import zlib
from functools import cache

import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image
from tests.dng import dng

from timelapse.ingest.domain import Refusal
from timelapse.ingest.pipeline import picture as pictures

LIMIT = 200_000_000
MEMORY = 512_000_000
HTML = b"<!doctype html><title>502 Bad Gateway</title>" * 20


def written(pixels, kind="JPEG", **options):
    target = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(target, kind, **options)
    return target.getvalue()


def claiming(jpeg, width, height):
    """The same file, whose header claims another size."""
    frame = max(jpeg.find(b"\xff\xc0"), jpeg.find(b"\xff\xc2"))
    return jpeg[: frame + 5] + struct.pack(">HH", height, width) + jpeg[frame + 9 :]


def png_claiming(png, width, height):
    header = b"IHDR" + struct.pack(">II", width, height) + png[24:29]
    return png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]


def code_of(data, limit=LIMIT):
    with pytest.raises(Refusal) as caught:
        inspect(data, limit)
    assert caught.value.status == 422
    assert caught.value.remedy
    return caught.value.code


def inspect(data, limit):
    return pictures.inspect(data, max_pixels=limit, max_bytes=MEMORY).picture


def thumbnail(data):
    inspected = pictures.inspect(data, max_pixels=LIMIT, max_bytes=MEMORY)
    return Image.open(io.BytesIO(inspected.thumbnail))


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_a_picture_is_known_by_its_content(picture, kind, extension):
    data = picture(kind=kind, size=(640, 480))
    seen = inspect(data, LIMIT)
    assert (seen.extension, seen.width, seen.height, seen.bytes) == (extension, 640, 480, len(data))
    assert (seen.orientation, seen.verdict) == (1, "whole")
    assert thumbnail(data).size == (320, 240)


@cache
def other(kind, size=(640, 480)):
    """A picture of a kind that not every browser shows; a HEIC of noise takes seconds to write."""
    noisy = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    if kind == "DNG":
        return dng(noisy, preview=written(noisy), orientation=6)
    if kind == "bare DNG":
        return dng(noisy)
    if kind == "HEIC":
        target = io.BytesIO()
        pillow_heif.from_pillow(Image.fromarray(noisy)).save(target)
        return target.getvalue()
    return written(noisy, kind)


OTHERS = [("AVIF", "avif"), ("HEIC", "heic"), ("TIFF", "tif"), ("DNG", "raw"), ("bare DNG", "raw")]


@pytest.mark.parametrize(("kind", "extension"), OTHERS)
def test_other_kinds_are_stored_as_they_are_and_have_an_upright_thumbnail(kind, extension):
    data = other(kind)
    seen = inspect(data, LIMIT)
    turned = kind == "DNG"
    assert (seen.extension, seen.width, seen.height, seen.bytes) == (extension, 640, 480, len(data))
    assert (seen.orientation, seen.verdict) == (6 if turned else 1, "whole")
    assert thumbnail(data).size == ((240, 320) if turned else (320, 240))


@pytest.mark.parametrize("kind", [kind for kind, _ in OTHERS])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_other_kinds_are_refused_when_they_end_early(kind, kept):
    data = other(kind)
    assert code_of(data[: int(len(data) * kept)]) in {"truncated", "undecodable"}


@pytest.mark.parametrize("kind", [kind for kind, _ in OTHERS])
def test_other_kinds_have_the_same_limits(kind):
    data = other(kind)
    assert code_of(data, limit=640 * 480 - 1) == "too_many_pixels"
    with pytest.raises(Refusal, match="to decode") as caught:
        pictures.inspect(data, max_pixels=LIMIT, max_bytes=600_000)
    assert caught.value.code == "too_many_pixels"


def test_a_raw_picture_whose_preview_is_damaged_is_developed():
    noisy = np.full((480, 640, 3), 90, np.uint8)
    preview = written(noisy)
    damaged = dng(noisy, preview=preview[: len(preview) // 2] + bytes(len(preview) - len(preview) // 2))
    assert thumbnail(damaged).size == (320, 240)


@pytest.mark.parametrize(
    ("kind", "module", "extra"), [("HEIC", "pillow_heif", "heic"), ("DNG", "rawpy", "raw")]
)
def test_where_an_extra_is_missing_the_refusal_names_it(monkeypatch, kind, module, extra):
    data = other(kind)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Refusal, match=rf"\[{extra}\]") as caught:
        inspect(data, LIMIT)
    assert caught.value.code == "extra_missing"


def test_a_tiff_without_a_known_white_is_refused():
    assert code_of(written(Image.new("F", (64, 48), 0.5), "TIFF")) == "undecodable"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kept", [0.5, 0.9, 0.999])
def test_a_truncated_picture_is_refused(picture, kind, kept):
    data = picture(kind=kind, size=(640, 480))
    assert code_of(data[: int(len(data) * kept)]) in {"truncated", "undecodable"}


def test_a_truncated_jpeg_is_refused_although_an_end_marker_follows(picture):
    data = picture(size=(640, 480))
    assert code_of(data[: len(data) // 2] + b"\xff\xd9") == "truncated"


def test_a_truncated_progressive_jpeg_is_refused(picture):
    data = picture(size=(640, 480), progressive=True)
    assert code_of(data[: len(data) // 2]) == "truncated"


@pytest.mark.parametrize("data", [HTML, b"x", b"GIF89a" + bytes(100), b"\xff\xd8", bytes(1000)])
def test_what_is_no_picture_is_refused(data):
    assert code_of(data) == "not_a_picture"


@pytest.mark.parametrize(
    "data",
    [b"\xff\xd8\xff" + bytes(100), b"\x89PNG\r\n\x1a\n" + bytes(100), b"RIFF\x10\0\0\0WEBPVP8 " + bytes(99)],
)
def test_what_only_begins_like_a_picture_is_refused(data):
    assert code_of(data) in {"undecodable", "truncated"}


def test_nothing_is_no_picture():
    assert code_of(b"") == "empty"


def test_a_sound_file_that_begins_like_a_webp_is_refused():
    assert code_of(b"RIFF\x24\0\0\0WAVEfmt " + bytes(40)) == "undecodable"


def test_a_jpeg_that_claims_four_gigapixels_is_refused_by_its_header(picture):
    assert code_of(claiming(picture(), 65_000, 65_000)) == "too_many_pixels"


def test_a_jpeg_that_claims_more_than_it_has_is_refused_within_the_bound(picture):
    assert code_of(claiming(picture(), 12_000, 12_000)) == "truncated"


def test_a_png_that_claims_too_much_is_refused_without_taking_memory(picture):
    bomb = png_claiming(picture(kind="PNG"), 50_000, 50_000)
    tracemalloc.start()
    try:
        assert code_of(bomb) == "too_many_pixels"
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_a_real_png_of_too_many_pixels_is_refused():
    bomb = written(Image.new("1", (20_000, 20_000)), "PNG")
    assert len(bomb) < 100_000
    assert code_of(bomb) == "too_many_pixels"


def webp_claiming(webp, width, height):
    """A lossless WebP of one colour, whose pixels take no bits, in another size."""
    at = webp.index(b"VP8L") + 9
    return webp[:at] + struct.pack("<I", (width - 1) | (height - 1) << 14) + webp[at + 4 :]


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(
            lambda: webp_claiming(
                written(Image.new("RGB", (64, 64), 9), "WEBP", lossless=True), 14140, 14140
            ),
            id="lossless webp",
        ),
        pytest.param(lambda: png_claiming(written(Image.new("RGBA", (9, 9)), "PNG"), 14140, 14140), id="png"),
        pytest.param(
            lambda: claiming(written(Image.new("RGB", (64, 64)), progressive=True), 14140, 14140),
            id="progressive jpeg",
        ),
        pytest.param(
            lambda: png_claiming(written(np.zeros((9, 9), np.uint16), "PNG"), 14140, 14140),
            id="16 bits of grey",
        ),
    ],
)
def test_a_small_file_that_takes_much_memory_is_refused_by_its_header(bomb):
    data = bomb()
    assert len(data) < 1000
    tracemalloc.start()
    try:
        assert code_of(data) == "too_many_pixels"
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_jpeg_that_takes_thousands_of_passes_is_refused(picture):
    data = picture(progressive=True, size=(640, 480))
    last = data.rfind(b"\xff\xda")
    assert code_of(data[:-2] + data[last:-2] * 5_000 + data[-2:]) == "too_many_scans"


def test_the_bound_of_pixels_is_inclusive(picture):
    data = picture(size=(64, 48))
    assert inspect(data, 64 * 48).width == 64
    assert code_of(data, 64 * 48 - 1) == "too_many_pixels"


@pytest.mark.filterwarnings("error")
def test_a_picture_of_a_hundred_megapixels_within_the_bound_is_taken_without_a_warning():
    assert inspect(written(Image.new("L", (10_000, 10_000), 90)), LIMIT).width == 10_000


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_kept_and_the_small_copy_is_upright(orientation):
    sky_on_top = np.zeros((480, 640, 3), np.uint8)
    sky_on_top[:240] = 255
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = written(sky_on_top, exif=exif)
    seen = inspect(data, LIMIT)
    assert (seen.width, seen.height) == (640, 480)
    assert seen.orientation == orientation
    small = np.asarray(thumbnail(data).convert("L"))
    top, bottom = small[:20].mean() > 128, small[-20:].mean() > 128
    left, right = small[:, :20].mean() > 200, small[:, -20:].mean() > 200
    sky = {1: top, 2: top, 3: bottom, 4: bottom, 5: left, 6: right, 7: right, 8: left}[orientation]
    assert sky
    assert small.shape == ((240, 320) if orientation <= 4 else (320, 240))


def test_an_orientation_that_makes_no_sense_counts_as_upright(picture):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 77
    assert inspect(picture(exif=exif), LIMIT).orientation == 1


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_exif_around_good_pixels_is_no_reason_to_refuse_them(picture):
    assert inspect(picture(exif=b"Exif\0\0MM\0*garbage"), LIMIT).orientation == 1


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(written(Image.new("CMYK", (64, 48), (9, 99, 9, 9))), id="cmyk"),
        pytest.param(written(Image.new("L", (64, 48), 99)), id="grey"),
        pytest.param(written(Image.new("RGB", (63, 47), 99), subsampling=0), id="odd size, 4:4:4"),
        pytest.param(written(Image.new("RGB", (64, 48), 99), progressive=True), id="progressive"),
        pytest.param(written(Image.new("RGBA", (64, 48), 99), "PNG"), id="transparent"),
        pytest.param(written(Image.new("P", (64, 48), 3), "PNG"), id="palette"),
        pytest.param(written(Image.new("RGB", (64, 48), 99), "WEBP", lossless=True), id="lossless webp"),
        pytest.param(written(Image.new("RGB", (64, 48), 99)) + b"junk" * 99, id="trailing junk"),
        pytest.param(written(Image.new("RGB", (1, 1), 99)), id="one pixel"),
        pytest.param(written(Image.new("RGB", (5000, 2), 99)), id="a strip"),
    ],
)
def test_pictures_that_are_odd_but_whole_are_taken(data):
    seen = inspect(data, LIMIT)
    assert seen.verdict == "whole"
    assert max(thumbnail(data).size) <= 320


def test_sixteen_bits_of_grey_are_not_saturated():
    ramp = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
    assert np.asarray(thumbnail(written(ramp, "PNG"))).mean() == pytest.approx(127.5, abs=3)


def test_a_picture_that_the_decoder_complains_about_is_taken_as_flawed(picture):
    data = picture(size=(640, 480))
    seen = inspect(data[:-2] + b"\x55" * 500 + data[-2:], LIMIT)
    assert seen.verdict == "flawed"
    assert thumbnail(data).size == (320, 240)


def test_a_picture_of_several_shows_its_first():
    first, second = Image.new("RGB", (64, 48), "red"), Image.new("RGB", (64, 48), "blue")
    stereo = written(first, "MPO", save_all=True, append_images=[second])
    assert inspect(stereo, LIMIT).extension == "jpg"
    assert thumbnail(stereo).getpixel((5, 5))[0] > 200


def test_any_bytes_flipped_give_an_answer_and_no_accident(picture):
    random = np.random.default_rng(7)
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = np.frombuffer(picture(kind=kind), np.uint8)
        for _ in range(60):
            spoiled = whole.copy()
            spoiled[random.integers(0, len(whole), 5)] = random.integers(0, 256, 5)
            try:
                inspect(spoiled.tobytes(), 1_000_000)
            except Refusal as refusal:
                assert refusal.status == 422  # noqa: PT017 - either way of ending is right
