from __future__ import annotations

import subprocess
import sys

import pytest

from queue_insight import conf
from queue_insight.errors import SettingInvalidError


def test_no_setting_is_needed(settings):
    settings.QUEUE_INSIGHT = {}
    assert conf.get() == conf.Settings()


def test_a_changed_setting_is_read_anew(settings):
    settings.QUEUE_INSIGHT = {"PEEK": 7}
    assert conf.get().PEEK == 7
    settings.QUEUE_INSIGHT = {"PEEK": 8}
    assert conf.get().PEEK == 8


def test_an_unknown_key_does_not_stop_the_process(settings):
    settings.QUEUE_INSIGHT = {"PEAK": 7}
    assert conf.get() == conf.Settings()


@pytest.mark.parametrize(
    ("name", "value"), [("SAVE_INTERVAL_S", 0), ("PEEK", -1), ("MAX_TASKS", float("nan"))]
)
def test_a_number_that_cannot_work_is_refused_by_name(name, value):
    with pytest.raises(SettingInvalidError, match=name):
        conf.Settings(**{name: value})


def test_without_django_settings_the_defaults_hold():
    code = "import queue_insight.conf as c; assert c.get() == c.Settings()"
    subprocess.run([sys.executable, "-c", code], check=True, env={})
