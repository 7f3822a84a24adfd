from __future__ import annotations

import pytest

from eliot_progress.django import conf
from eliot_progress.stores.memory import MemoryStore


def test_no_setting_is_needed():
    assert conf.get() == conf.Settings(
        ADOPT="never", DATABASE="default", STORE="eliot_progress.django.store.DjangoStore"
    )


def test_a_changed_setting_counts_at_once(settings):
    settings.ELIOT_PROGRESS = {"ADOPT": "always"}
    assert conf.get().ADOPT == "always"
    settings.OTHER = 1
    assert conf.get().ADOPT == "always"


def test_an_unknown_key_is_refused(settings):
    settings.ELIOT_PROGRESS = {"ADPOT": "always"}
    with pytest.raises(TypeError, match="ADPOT"):
        conf.get()


KEPT = MemoryStore()


def made():
    return MemoryStore()


@pytest.mark.parametrize("name", ["KEPT", "made"])
def test_a_store_is_named_or_made_once(settings, name):
    settings.ELIOT_PROGRESS = {"STORE": f"{__name__}.{name}"}
    assert conf.store() is conf.store()
    assert isinstance(conf.store(), MemoryStore)
