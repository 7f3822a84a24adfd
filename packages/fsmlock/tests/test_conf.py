from __future__ import annotations

from datetime import timedelta

from django.test import override_settings

from fsmlock import conf


def test_the_defaults_need_no_settings():
    assert conf.Settings() == conf.get()


def test_settings_are_read_once_and_follow_override_settings():
    with override_settings(FSMLOCK={"LEASE": timedelta(seconds=3), "TYPO": 1}):
        assert conf.get().LEASE.total_seconds() == 3
        assert conf.get() is conf.get()
    assert conf.get().LEASE.total_seconds() == 10
