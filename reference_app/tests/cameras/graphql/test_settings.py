from __future__ import annotations

import pytest

from camera_agent.protocol import reading
from timelapse.cameras.graphql.settings import (
    TABLES,
    CameraScheduleInput,
    form_fields,
    from_graphql,
    graphql_path,
    to_graphql,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("interval_s", "intervalSeconds"),
        ("schedule.burst_s", "schedule.burstSeconds"),
        ("delivery.rate_kib_s", "delivery.rateKibPerSecond"),
        ("exposure.highest_gain", "exposure.highestGain"),
    ],
)
def test_units_are_written_out_in_graphql(path, expected):
    assert graphql_path(path) == expected


def test_a_stored_table_is_shown_with_nulls_for_what_is_not_set():
    shown = to_graphql("schedule", {"windows": ["06:00..20:00"], "burst_s": 2.0, "new_setting": 1})
    assert (shown.windows, shown.burst_seconds, shown.burst) == (["06:00..20:00"], 2.0, None)
    assert to_graphql("schedule", None) is None


def test_an_input_becomes_the_values_that_are_set():
    given = CameraScheduleInput(burst_seconds=2.0, windows=[])
    assert from_graphql("schedule", given) == {"windows": [], "burst_s": 2.0}
    assert from_graphql("schedule", None) is None


def test_the_form_has_each_setting_of_the_protocol():
    described = form_fields()
    for name, table in TABLES.items():
        names = [graphql_path(field.name) for field in reading.fields_of(table)]
        assert [field["name"] for field in described[name]] == names
    (interval,) = described["camera"]
    assert (interval["label"], interval["minimum"]) == ("Interval in seconds", 0.1)
