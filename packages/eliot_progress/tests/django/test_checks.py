from __future__ import annotations

import pytest
from django.core.checks import run_checks

# From Django 6.1 on, checks ask every database what it can do.
pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"ADOPT": "always"}, []),
        ({"ADPOT": "never"}, [("eliot_progress.E001", "Did you mean 'ADOPT'?")]),
        ({"COLOUR": 1}, [("eliot_progress.E001", "Known: ADOPT, DATABASE, STORE.")]),
        ({"ADOPT": "sometimes"}, [("eliot_progress.E002", "Use one of never, same-origin, always.")]),
    ],
)
def test_misspelt_settings_are_found_with_a_guess(settings, given, found):
    settings.ELIOT_PROGRESS = given
    errors = [error for error in run_checks() if error.id.startswith("eliot_progress.")]
    assert [(error.id, error.hint) for error in errors] == found
