from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageCms

from timelapse.rendering.pipeline.colour import to_srgb

COLOURS = np.array([[[255, 0, 0], [0, 255, 0], [128, 128, 128], [20, 90, 200]]], np.uint8)


def profile(name: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()


@pytest.mark.parametrize("unused", [None, b"", b"no profile", profile("sRGB"), profile("XYZ")])
def test_pixels_without_a_profile_of_another_rgb_stay_as_they_are(unused: bytes | None) -> None:
    assert to_srgb(COLOURS, unused) is COLOURS


def rgb_profile(colorants: np.ndarray, gamma: float) -> bytes:
    """A profile of three colorants (columns: XYZ, for D50) and one gamma."""

    def fixed(value: float) -> bytes:
        return round(value * 65536).to_bytes(4, "big", signed=True)

    def xyz(values: np.ndarray) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(fixed(float(value)) for value in values)

    white = np.array([0.9642, 1.0, 0.8249])
    curve = b"curv\0\0\0\0\0\0\0\1" + round(gamma * 256).to_bytes(2, "big") + b"\0\0"
    tags = {b"wtpt": xyz(white)}
    tags |= {name + b"XYZ": xyz(colorants[:, n]) for n, name in enumerate((b"r", b"g", b"b"))}
    tags |= {name + b"TRC": curve for name in (b"r", b"g", b"b")}
    at, table, content = 128 + 4 + 12 * len(tags), len(tags).to_bytes(4, "big"), b""
    for name, data in tags.items():
        table += name + (at + len(content)).to_bytes(4, "big") + len(data).to_bytes(4, "big")
        content += data
    header = (at + len(content)).to_bytes(4, "big") + b"\0\0\0\0\x02\x40\0\0mntrRGB XYZ " + bytes(12)
    header += b"acsp" + bytes(28) + b"".join(fixed(float(value)) for value in white)
    return header.ljust(128, b"\0") + table + content


SRGB = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
DISPLAY_P3 = np.array(
    [[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]]
)
ADOBE_RGB = np.array([[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]])


@pytest.mark.parametrize("colorants", [DISPLAY_P3, ADOBE_RGB], ids=["Display P3", "Adobe RGB"])
def test_colours_of_a_wider_profile_keep_their_look(colorants: np.ndarray) -> None:
    colours = np.array([[[150, 120, 100], [90, 140, 80], [60, 80, 150], [200, 190, 180]]], np.uint8)
    linear = (colours / 255) ** 2.2 @ (np.linalg.inv(SRGB) @ colorants).T
    expected = 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    shown = to_srgb(colours, rgb_profile(colorants, 2.2))
    assert np.abs(shown - colours.astype(int)).max() > 5, "it matters"
    assert np.abs(shown - expected).max() <= 2
