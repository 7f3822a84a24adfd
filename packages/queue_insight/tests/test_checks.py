from __future__ import annotations

import pytest
from django.core.checks import run_checks

from queue_insight.checks import check_settings


def test_good_settings_pass(settings):
    settings.QUEUE_INSIGHT = {"PEEK": 7}
    assert check_settings() == []


@pytest.mark.parametrize(
    ("path", "why"),
    [("nowhere.app", "cannot be imported"), ("os.path", "of type module"), ("app", "cannot be imported")],
)
def test_an_app_that_is_none_is_an_error_with_the_setting_and_its_value(settings, path, why):
    settings.QUEUE_INSIGHT = {"APP": path}
    (error,) = check_settings()
    assert error.msg.startswith(f"QUEUE_INSIGHT['APP'] is {path!r}")
    assert why in error.msg


def test_the_app_that_the_setting_names_is_imported(settings):
    settings.QUEUE_INSIGHT = {"APP": "tests.work.app"}
    assert check_settings() == []


def test_a_misspelt_key_is_an_error_with_a_suggestion(settings):
    settings.QUEUE_INSIGHT = {"PEAK": 7}
    (error,) = run_checks(tags=["queue_insight"])
    assert error.msg == "QUEUE_INSIGHT['PEAK'] is not a setting. Did you mean 'PEEK'?"
    assert error.id == "queue_insight.E001"


def test_a_key_similar_to_none_is_an_error_with_all_known_keys(settings):
    settings.QUEUE_INSIGHT = {"XYZZY": 7}
    assert "Known settings: APP, CAUSAL_ID," in check_settings()[0].msg


def test_a_value_that_cannot_work_is_an_error(settings):
    settings.QUEUE_INSIGHT = {"SAVE_INTERVAL_S": 0}
    assert [error.id for error in check_settings()] == ["queue_insight.E002"]
