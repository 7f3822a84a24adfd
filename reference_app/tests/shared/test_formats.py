from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from PIL import Image
from tests.dng import dng

from timelapse.shared.formats import MissingExtraError, kind_of, open_picture

PIXELS = np.full((32, 48, 3), (90, 120, 60), np.uint8)


def written(kind: str) -> bytes:
    target = io.BytesIO()
    if kind == "HEIF":
        import pillow_heif  # noqa: PLC0415 - its opener must not be known to the other tests

        pillow_heif.from_pillow(Image.fromarray(PIXELS)).save(target)
    else:
        Image.fromarray(PIXELS).save(target, kind)
    return target.getvalue()


@pytest.mark.parametrize(
    ("written_as", "kind"),
    [
        ("JPEG", "jpg"),
        ("PNG", "png"),
        ("WEBP", "webp"),
        ("AVIF", "avif"),
        ("HEIF", "heic"),
        ("TIFF", "tif"),
        ("GIF", None),
    ],
)
def test_a_picture_is_known_by_its_content(written_as: str, kind: str | None) -> None:
    assert kind_of(written(written_as)) == kind


@pytest.mark.parametrize("preview", [b"", written("JPEG")], ids=["bare", "with a preview"])
def test_a_raw_picture_is_known_although_it_is_made_as_a_tiff(preview: bytes) -> None:
    assert kind_of(dng(PIXELS, preview=preview)) == "raw"


@pytest.mark.parametrize(
    "data", [b"", b"II", b"II*\0", b"II*\0" + bytes(4), b"II*\0\xff\xff\xff\xff", b"\0\0\0\x18ftypisom"]
)
def test_a_stump_is_no_reason_to_fail(data: bytes) -> None:
    assert kind_of(data) in {None, "tif"}


@pytest.mark.parametrize(("written_as", "kind"), [("AVIF", "avif"), ("HEIF", "heic"), ("TIFF", "tif")])
def test_its_header_is_read_first(written_as: str, kind: str) -> None:
    with open_picture(written(written_as), kind) as opened:
        assert opened.size == (48, 32)
        assert np.abs(np.asarray(opened.convert("RGB")).astype(int) - PIXELS).max() <= 6


def test_where_an_extra_is_missing_the_refusal_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(MissingExtraError, match=r"timelapse-reference-app\[heic\]"):
        open_picture(written("TIFF"), "heic")


def test_an_older_pillow_is_asked_for_the_extra_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.features.modules", {})
    with pytest.raises(MissingExtraError, match=r"\[avif\]"):
        open_picture(b"", "avif")
