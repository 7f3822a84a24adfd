from __future__ import annotations

import pytest

from timelapse.cameras.zones import is_zone


@pytest.mark.parametrize("name", ["Europe/Zurich", "Etc/UTC", "UTC"])
def test_a_zone_is_known_by_its_name(name):
    assert is_zone(name)


@pytest.mark.parametrize(
    "name", ["", "Nowhere/City", "../../etc/passwd", "/etc/localtime", "Europe", "a\0b", "é" * 300]
)
def test_anything_else_is_none(name):
    assert not is_zone(name)
