from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from PIL import Image
from tests.dng import dng

from timelapse.shared.formats import MissingExtraError
from timelapse.shared.raw import open_raw

LINEAR = np.full((48, 64, 3), (30, 60, 120), np.uint8)


def jpeg(width: int, height: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), (200, 10, 10)).save(target, "JPEG")
    return target.getvalue()


def test_a_raw_picture_is_developed_in_srgb_whatever_else_is_in_it() -> None:
    bright = LINEAR.copy()
    bright[:8, :8] = 255
    expected = 255 * (1.055 * (np.array([30, 60, 120]) / 255) ** (1 / 2.4) - 0.055)
    for pixels in (LINEAR, bright):
        with open_raw(dng(pixels)) as raw:
            assert raw.size == (64, 48)
            for half in (False, True):
                shown = raw.developed(half=half)
                assert shown.shape == ((24, 32, 3) if half else (48, 64, 3))
                assert np.abs(shown[-8:, -8:] - expected).max() <= 3


@pytest.mark.parametrize(("orientation", "read"), [(1, 1), (3, 3), (6, 6), (8, 8)])
def test_it_says_how_it_has_to_be_turned(orientation: int, read: int) -> None:
    with open_raw(dng(LINEAR, orientation=orientation)) as raw:
        assert raw.orientation == read


def test_its_preview_is_the_jpeg_of_the_camera() -> None:
    with open_raw(dng(LINEAR, preview=jpeg(64, 48))) as raw:
        with (
            Image.open(io.BytesIO(raw.preview() or b"")) as shown,
            Image.open(io.BytesIO(jpeg(64, 48))) as given,
        ):
            assert list(shown.getdata()) == list(given.getdata())
        assert not raw.shows_upright((64, 48))
        assert raw.shows_upright((48, 64))
    with open_raw(dng(LINEAR)) as raw:
        assert raw.preview() is None


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("preview", [b"", jpeg(64, 48)], ids=["bare", "with a preview"])
def test_a_truncated_one_is_refused(kept: float, preview: bytes) -> None:
    whole = dng(LINEAR, preview=preview)
    with pytest.raises(ValueError, match=r"\w"), open_raw(whole[: int(len(whole) * kept)]) as raw:
        raw.check()


def test_without_the_extra_the_refusal_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(MissingExtraError, match=r"\[raw\]"), open_raw(dng(LINEAR)):
        pass
