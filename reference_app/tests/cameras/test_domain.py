from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from timelapse.cameras import domain

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "alive"), (5, "alive"), (6, "late"), (15, "late"), (16, "stalled")]
)
def test_a_camera_is_late_after_its_promise_and_stalled_after_the_grace_too(seconds, expected):
    now = NOON + timedelta(seconds=seconds)
    assert domain.liveness(now, NOON + timedelta(seconds=5), 10) == expected


def test_a_camera_that_never_spoke_is_unknown():
    assert domain.liveness(NOON, None, 0) == "unknown"


def test_tokens_are_long_different_and_recognisable():
    first, second = domain.new_token(), domain.new_token()
    assert first != second
    assert first.startswith("cam_")
    assert len(first) >= 4 + 43


def test_a_code_to_be_read_aloud_has_no_vowels_and_no_digits():
    assert re.fullmatch(r"[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}", domain.new_user_code())


@pytest.mark.parametrize("typed", ["bdwphqpk", "BDWP HQPK", " bdwp-hqpk ", "BDWP\u2013HQPK"])
def test_a_code_may_be_typed_in_many_ways(typed):
    assert domain.normalised_code(typed) == "BDWP-HQPK"
