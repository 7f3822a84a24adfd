from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from timelapse.shared.conf import Settings


@pytest.mark.parametrize("wrong", [{"keep_all_days": -1}, {"keep_every": 0}])
def test_a_retention_out_of_range_is_refused(wrong):
    with pytest.raises(ImproperlyConfigured, match=f"{next(iter(wrong))} = {next(iter(wrong.values()))}"):
        Settings(**wrong)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_movies_stay_in_the_trash_for_a_day_at_least_and_a_year_at_most(days):
    with pytest.raises(ImproperlyConfigured, match=f"trash_days = {days}. Use 1 to 365 days"):
        Settings(trash_days=days)


def test_all_frames_are_kept_by_default():
    assert Settings().keep_all_days == 0
