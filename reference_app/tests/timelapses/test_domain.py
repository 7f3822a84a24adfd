from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from timelapse.timelapses.domain import validation_errors

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "starts_at", "ends_at", "codes"),
    [
        ("Garden", None, None, []),
        ("Garden", NOON, NOON, []),
        ("  ", None, None, ["name_missing"]),
        ("x" * 81, None, None, ["name_too_long"]),
        ("", NOON, NOON - timedelta(seconds=1), ["name_missing", "ends_first"]),
    ],
)
def test_every_invalid_value_is_reported(name, starts_at, ends_at, codes):
    found = validation_errors(name, starts_at, ends_at)
    assert [reason.code for reason in found] == codes
    assert all(reason.message and reason.remedy for reason in found)
