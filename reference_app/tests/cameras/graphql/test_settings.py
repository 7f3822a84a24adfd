from __future__ import annotations

import pytest

from timelapse.cameras.graphql.settings import python_name, to_graphql
from timelapse.cameras.settings_form import input_fields


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("interval_s", "interval_seconds"),
        ("rate_kib_s", "rate_kib_per_second"),
        ("highest_gain", "highest_gain"),
    ],
)
def test_units_are_written_out_in_graphql(setting, expected):
    assert python_name(setting) == expected


def test_a_stored_table_is_shown_with_nulls_for_what_is_not_set():
    shown = to_graphql("schedule", {"windows": ["06:00..20:00"], "burst_s": 2.0, "new_setting": 1})
    assert (shown.windows, shown.burst_seconds, shown.burst) == (["06:00..20:00"], 2.0, None)
    assert to_graphql("schedule", None) is None


def test_a_choice_is_shown_in_the_words_of_the_form():
    (labels,) = [dict(field.choices) for field in input_fields() if field.name == "delivery.when"]
    shown = to_graphql("delivery", {"when": "windows", "networks": ["home"]})
    assert (shown.when, shown.when_label) == ("windows", labels["windows"])
    assert shown.previews_label is None
