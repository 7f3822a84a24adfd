from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eliot_progress.django import presentation

TIMES = st.floats(0, 1e10)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (None, ""),
        (0.0004, "0.4 ms"),
        (0.25, "250 ms"),
        (3.256, "3.26 s"),
        (250.4, "4 min 10 s"),
        (7300.0, "2 h 1 min"),
    ],
)
def test_a_duration_has_a_suitable_unit(seconds, expected):
    assert presentation.duration(seconds) == expected


@given(TIMES, TIMES, TIMES, TIMES)
def test_a_bar_is_always_inside_its_waterfall_and_wide_enough_to_be_seen(start, end, first, last):
    x, width = presentation.TimeRange(start=start, end=end).bar(first, last)
    assert 0 <= float(x) <= 997
    assert float(width) >= 3
    assert float(x) + float(width) <= 1000.11


@given(st.text())
def test_any_text_is_pretty_and_can_be_sent(text):
    pretty = presentation.pretty({text: text})
    pretty.encode()
    assert not set(pretty) & set("\u202e\u2066\x85\u2028")
