from __future__ import annotations

import pytest
from django.core.checks import run_checks

from eliot_progress.django.checks import check_settings

ROUTERS = '["eliot_progress.django.router.Router"]'
STORE = "Set the dotted path of a store, or of a callable that returns one."
RULE = "Set the dotted path of a function (user, state) that returns whether the user sees the task."


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"ADOPT": "always"}, []),
        ({"ADPOT": "never"}, [("eliot_progress.E001", "Did you mean 'ADOPT'?")]),
        (
            {"XYZ": 1},
            [("eliot_progress.E001", "Known settings: ADOPT, DATABASE, STORE, RECORD, CAN_VIEW.")],
        ),
        ({"ADOPT": "sometimes"}, [("eliot_progress.E002", "Use one of never, same-origin, always.")]),
        ("log", [("eliot_progress.E003", 'Write a dict: ELIOT_PROGRESS = {"DATABASE": "log"}.')]),
        ({"DATABASE": "lgo"}, [("eliot_progress.E004", "Add it to DATABASES, or use one of default, log.")]),
        ({"DATABASE": "log"}, [("eliot_progress.E005", f"Write DATABASE_ROUTERS = {ROUTERS}.")]),
        ({"STORE": "nope.Store"}, [("eliot_progress.E006", STORE)]),
        ({"STORE": 7}, [("eliot_progress.E006", STORE)]),
        ({"CAN_VIEW": "nope.rule"}, [("eliot_progress.E007", RULE)]),
    ],
)
def test_wrong_settings_are_found_with_a_remedy(settings, monkeypatch, given, found):
    settings.ELIOT_PROGRESS = given
    monkeypatch.setitem(settings.DATABASES, "log", {})
    assert [(error.id, error.hint) for error in check_settings(None)] == found


def test_a_database_of_the_logs_own_is_all_right_with_the_router(settings, monkeypatch):
    settings.ELIOT_PROGRESS = {"DATABASE": "log"}
    monkeypatch.setitem(settings.DATABASES, "log", {})
    settings.DATABASE_ROUTERS = ["eliot_progress.django.router.Router"]
    assert check_settings(None) == []


def test_a_misspelt_setting_is_reported_before_the_router_fails(settings):
    settings.ELIOT_PROGRESS = {"DATABSE": "log"}
    settings.DATABASE_ROUTERS = ["eliot_progress.django.router.Router"]
    assert [error.hint for error in check_settings(None)] == ["Did you mean 'DATABASE'?"]


@pytest.mark.django_db(databases="__all__")  # from Django 6.1 on, checks ask every database what it can do
def test_the_check_is_one_of_the_projects(settings):
    settings.ELIOT_PROGRESS = {"ADOPT": "sometimes"}
    assert "eliot_progress.E002" in [error.id for error in run_checks()]
