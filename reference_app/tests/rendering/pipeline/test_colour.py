from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageCms

from timelapse.rendering.pipeline.colour import profile_of, to_srgb

if TYPE_CHECKING:
    from pathlib import Path

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


def lab(rgb: np.ndarray, colorants: np.ndarray, gamma: float | None) -> np.ndarray:
    """CIE Lab (D50) of colours from 0 to 255; without a gamma, by that of sRGB."""
    value = rgb / 255
    if gamma is None:
        linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    else:
        linear = value**gamma
    xyz = linear @ colorants.T / (0.9642, 1.0, 0.8249)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def delta_e_2000(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The difference of colours after Sharma, Wu and Dalal 2005."""
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(one, -1, 0), np.moveaxis(other, -1, 0)
    mean7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - np.sqrt(mean7 / (mean7 + 25.0**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180
    dl, dc = l2 - l1, c2 - c1
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    h = (h1 + turn / 2) % 360
    c, level = (c1 + c2) / 2, (l1 + l2) / 2
    t = 1 - 0.17 * np.cos(np.radians(h - 30)) + 0.24 * np.cos(np.radians(2 * h))
    t += 0.32 * np.cos(np.radians(3 * h + 6)) - 0.20 * np.cos(np.radians(4 * h - 63))
    sl = 1 + 0.015 * (level - 50) ** 2 / np.sqrt(20 + (level - 50) ** 2)
    sc, sh = 1 + 0.045 * c, 1 + 0.015 * c * t
    rt = -2 * np.sqrt(c**7 / (c**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((h - 275) / 25) ** 2))))
    return np.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * dc / sc * dh / sh)


def test_the_measure_of_colours_is_the_published_one() -> None:
    one = np.array([[50, 2.6772, -79.7751], [50, 2.5, 0.0], [2.0776, 0.0795, -1.1350]])
    other = np.array([[50, 0, -82.7485], [73, 25.0, -18.0], [0.9033, -0.0636, -0.5514]])
    assert delta_e_2000(one, other) == pytest.approx([2.0425, 27.1492, 0.9082], abs=2e-4)


def exif(colour_space: int, index: str | None) -> Image.Exif:
    made = Image.Exif()
    made.get_ifd(0x8769)[0xA001] = colour_space
    if index is not None:
        made.get_ifd(0x8769)[0xA005] = {1: index}
    return made


def saved(tmp_path: Path, pixels: np.ndarray, **options: object) -> bytes | None:
    path = tmp_path / "picture.jpg"
    Image.fromarray(pixels).save(path, quality=100, subsampling=0, **options)
    with Image.open(path) as image:
        return profile_of(image)


@pytest.mark.parametrize("colour_space", [0xFFFF, 2])
def test_adobe_rgb_that_only_exif_tells_is_shown_as_it_looked(tmp_path: Path, colour_space: int) -> None:
    # Colours that sRGB has, too.
    steps = np.array([80, 120, 160, 200], np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    found = saved(tmp_path, colours, exif=exif(colour_space, "R03"))
    wanted = lab(colours, ADOBE_RGB, 563 / 256)
    inside = (np.linalg.solve(SRGB, ADOBE_RGB @ ((colours[0] / 255) ** (563 / 256)).T) > 0).all(axis=0)
    assert inside.sum() > 30
    shown = lab(to_srgb(colours, found), SRGB, None)
    assert delta_e_2000(wanted, shown)[0, inside].max() <= 2
    assert delta_e_2000(wanted, lab(colours, SRGB, None)).max() > 5, "it matters"


@pytest.mark.parametrize(
    ("colour_space", "index"), [(1, "R98"), (1, "R03"), (0xFFFF, "R98"), (0xFFFF, None), (0xFFFF, "")]
)
def test_any_other_exif_means_srgb(tmp_path: Path, colour_space: int, index: str | None) -> None:
    assert saved(tmp_path, COLOURS, exif=exif(colour_space, index)) is None


def test_a_profile_says_more_than_exif(tmp_path: Path) -> None:
    own = rgb_profile(DISPLAY_P3, 2.2)
    assert saved(tmp_path, COLOURS, exif=exif(0xFFFF, "R03"), icc_profile=own) == own
