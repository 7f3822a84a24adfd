from __future__ import annotations

import pytest

from timelapse.shared.texts import storable


@pytest.mark.parametrize("text", ["a\0", "\ud800", {"\0": 1}, {"a": [{"b": "\ud800"}]}])
def test_a_nul_or_a_lone_surrogate_is_found_at_any_depth(text):
    assert not storable(text)


@pytest.mark.parametrize("value", ["", "\N{SNOWMAN}\U0001f600", {"a": [1, None, True, "b"]}, 1.5, None])
def test_everything_else_can_be_stored(value):
    assert storable(value)
