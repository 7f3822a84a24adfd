from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils.translation import gettext_lazy

import fsmlock


@pytest.mark.parametrize(
    "values",
    [
        fsmlock.available,
        lambda film: fsmlock.explain(film, to="render"),
        lambda film: fsmlock.plan(film, to="deleted"),
        fsmlock.holds_on,
    ],
    ids=["available", "explain", "plan", "holds_on"],
)
def test_what_people_see_is_json_in_one_call(film, elsewhere, values):
    held = elsewhere(fsmlock.hold(film, "render", why="Movie 7").acquire)
    found = values(film)
    elsewhere(held.release)
    assert found
    assert len(json.loads(json.dumps(fsmlock.to_json(found)))) == len(found)


def test_a_reason_keeps_its_fields_by_name():
    reason = fsmlock.Reason(code="held", message=gettext_lazy("Held."), params={"token": 3})
    assert fsmlock.to_json(reason) == {
        "code": "held",
        "message": "Held.",
        "remedy": "",
        "params": {"token": 3},
    }


def test_a_duration_is_its_seconds():
    assert fsmlock.to_json({"after": timedelta(minutes=1)}) == {"after": 60.0}


def test_no_plan_is_null(film):
    assert fsmlock.to_json(fsmlock.plan(film, to="initialising")) is None
