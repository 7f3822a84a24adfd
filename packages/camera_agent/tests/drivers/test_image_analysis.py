from __future__ import annotations

import struct
import sys
import zlib
from contextlib import closing

import pytest
from PIL import Image

from camera_agent.drivers.image_analysis import MAX_BYTES, linear, measure, write_centre, write_preview
from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import DriverError


def picture(path, colour, size=(800, 600), **more):
    Image.new("RGB", size, colour).save(path, "JPEG", quality=95, **more)
    return path


@pytest.mark.parametrize(("grey", "luminance"), [(0, 0.0), (118, 0.18), (255, 1.0)])
def test_brightness_is_linear_light(tmp_path, grey, luminance):
    measurement = measure(picture(tmp_path / "a.jpg", (grey,) * 3))
    assert measurement.luminance == pytest.approx(luminance, abs=0.005)
    assert measurement.clipped == (1.0 if grey == 255 else 0.0)


def test_burnt_out_pixels_are_counted(tmp_path):
    made = Image.new("RGB", (640, 480), (60, 60, 60))
    made.paste((255, 255, 255), (0, 0, 640, 48))
    made.save(tmp_path / "a.jpg", quality=95)
    assert measure(tmp_path / "a.jpg").clipped == pytest.approx(0.1, abs=0.01)


def test_a_picture_that_pillow_refuses_for_its_size_is_a_picture_all_the_same(tmp_path):
    size = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", size), (b"IDAT", b""), (b"IEND", b"")]
    content = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    process = DriverProcess("replay", {"source": str(tmp_path / "a.png")})
    with closing(process):
        process.open()
        image = process.capture(tmp_path / "image", measure=True, preview=tmp_path / "preview")
    assert (image.filename, image.measurement) == ("a.png", None)
    assert (tmp_path / "image").exists()
    assert not (tmp_path / "preview").exists()


def test_what_is_no_picture_is_not_measured_and_has_no_preview(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"hello")
    assert measure(tmp_path / "a.jpg") is None
    with pytest.raises(DriverError, match="No preview can be made"):
        write_preview(tmp_path / "a.jpg", tmp_path / "small")


def test_without_pillow_nothing_is_measured_and_it_says_what_to_install(tmp_path, monkeypatch):
    source = picture(tmp_path / "a.jpg", (9, 9, 9))
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert measure(source) is None
    with pytest.raises(DriverError, match=r"camera-agent\[preview\]"):
        write_preview(source, tmp_path / "small")


def test_a_preview_is_small_and_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    write_preview(picture(tmp_path / "a.jpg", (9, 99, 9), (1600, 1200), exif=exif), tmp_path / "small")
    with Image.open(tmp_path / "small") as small:
        assert (small.format, small.size) == ("JPEG", (480, 640))


def test_a_preview_of_noise_keeps_within_its_bytes(tmp_path):
    Image.effect_noise((1280, 1280), 200).convert("RGB").save(tmp_path / "a.jpg", quality=98)
    write_preview(tmp_path / "a.jpg", tmp_path / "small")
    assert (tmp_path / "small").stat().st_size <= MAX_BYTES


def test_dark_values_are_linear_by_a_straight_line():
    assert linear(0.04) == pytest.approx(0.04 / 12.92)


def test_a_preview_that_a_full_card_does_not_take_is_an_error_of_the_camera(tmp_path):
    with pytest.raises(DriverError, match="No preview"):
        write_preview(picture(tmp_path / "a.jpg", (9, 9, 9)), tmp_path / "missing" / "preview")


def test_a_centre_is_the_middle_pixel_by_pixel(tmp_path):
    made = Image.new("RGB", (1600, 1200), (200, 0, 0))
    made.paste((0, 200, 0), (480, 420, 1120, 780))
    made.save(tmp_path / "a.jpg", quality=95)
    write_centre(tmp_path / "a.jpg", tmp_path / "centre")
    with Image.open(tmp_path / "centre") as centre:
        assert centre.size == (640, 360)
        assert all(centre.getpixel(corner)[1] > 150 for corner in [(9, 9), (630, 9), (9, 350), (630, 350)])


def test_the_centre_of_a_picture_that_is_small_is_all_of_it(tmp_path):
    write_centre(picture(tmp_path / "a.jpg", (9, 99, 9), (300, 200)), tmp_path / "centre")
    with Image.open(tmp_path / "centre") as centre:
        assert centre.size == (300, 200)
