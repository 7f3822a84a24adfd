from __future__ import annotations

import pytest

from eliot_progress.django.models import LogMessage
from eliot_progress.django.router import Router


@pytest.fixture
def own_alias(settings):
    settings.ELIOT_PROGRESS = {"DATABASE": "log"}


def test_the_log_lives_on_its_own_alias_alone(own_alias):
    router = Router()
    assert router.db_for_read(LogMessage) == router.db_for_write(LogMessage) == "log"
    assert router.allow_migrate("log", "eliot_progress") is True
    assert router.allow_migrate("default", "eliot_progress") is False


def test_nothing_else_is_made_there_and_nothing_is_said_of_the_others(own_alias, django_user_model):
    router = Router()
    assert router.db_for_read(django_user_model) is None
    assert router.allow_migrate("log", "auth") is False
    assert router.allow_migrate("default", "auth") is None


def test_on_the_default_alias_the_log_is_one_app_among_others():
    assert Router().allow_migrate("default", "eliot_progress") is True
    assert Router().allow_migrate("default", "auth") is None
