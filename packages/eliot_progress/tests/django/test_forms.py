from __future__ import annotations

from eliot_progress.django.forms import SearchForm
from eliot_progress.django.search import Query


def test_an_empty_form_matches_everything():
    form = SearchForm({})
    assert not form.is_search
    assert form.is_valid()
    assert form.query() == Query()


def test_a_filled_form_is_a_query():
    form = SearchForm(
        {
            "q": " disk ",
            "status": "failed",
            "min_duration": "2.5",
            "since": "1970-01-01T00:01",
            "after": "1.5,7",
        }
    )
    assert form.is_search
    assert form.is_valid(), form.errors
    assert form.query() == Query(
        text="disk", status="failed", min_duration_s=2.5, since=60.0, after=(1.5, 7.0)
    )
