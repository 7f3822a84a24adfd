from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from django.utils import translation

from fsmlock import Confirmation, InputField, Offer, available
from fsmlock.models import Run
from fsmlock.offers import LONGEST_TEXT, values_of
from fsmlock.plain_values import to_json
from fsmlock.sentences import translated

DAYS = InputField(name="days", kind="whole_number", label="Days", default=30, minimum=1, maximum=365)
SPEED = InputField(name="speed", kind="number", label="Speed", default=1.0, minimum=0.1)
TITLE = InputField(name="title", kind="text", label="Title", default="Untitled", minimum=1, maximum=20)
SIZE = InputField(name="size", kind="choice", label="Size", default=1, choices=((1, "Small"), (2, "Large")))
QUIET = InputField(name="quiet", kind="yes_or_no", label="Quietly", default=False)
SINCE = InputField(name="since", kind="date_time", label="Since", default=None, optional=True)
ALL = (DAYS, SPEED, TITLE, SIZE, QUIET)


def test_what_is_not_given_has_its_default():
    values, reasons = values_of(ALL, {})
    assert values == {"days": 30, "speed": 1.0, "title": "Untitled", "size": 1, "quiet": False}
    assert reasons == ()


def test_what_fits_is_taken():
    given = {"days": 7.0, "speed": 2, "title": "Dawn", "size": 2, "quiet": True}
    values, reasons = values_of(ALL, given)
    assert (values, reasons) == ({**given, "days": 7}, ())
    assert isinstance(values["days"], int)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((DAYS, value) for value in (0, 366, 1.5, "7", None, True, math.nan, math.inf, 10**400, [], {})),
        *((SPEED, value) for value in (0, -1, "fast", None, False, math.nan, -math.inf)),
        *((TITLE, value) for value in ("", "x" * 21, 7, None, ["x"])),
        *((SIZE, value) for value in (3, "1", True, None, 1.0)),
        *((QUIET, value) for value in (0, 1, "yes", None)),
        *(
            (SINCE, value)
            for value in ("", "noon", "2026-06-01T12:00Z", 1, True, [], "0001-01-01", "9999-12-31")
        ),
        (SINCE, datetime(2026, 6, 1, tzinfo=UTC)),
    ],
)
def test_what_does_not_fit_is_a_reason_that_names_its_field(field, value):
    values, (reason,) = values_of((field,), {field.name: value})
    assert values == {}
    assert (reason.code, reason.params) == ("wrong_value", {"field": field.name})
    assert str(field.label) in reason.message
    assert reason.remedy


def test_a_text_without_a_limit_of_its_own_is_not_endless():
    note = InputField(name="note", kind="text", label="Note", default="")
    assert values_of((note,), {"note": "x" * LONGEST_TEXT})[1] == ()
    assert values_of((note,), {"note": "x" * (LONGEST_TEXT + 1)})[1] != ()


def test_a_field_that_is_not_there_is_named():
    _, (reason,) = values_of((DAYS,), {"colour": "red"})
    assert (reason.code, reason.params["field"]) == ("unknown_field", "colour")
    assert "days" in reason.remedy


def test_a_confirmation_names_the_object():
    asked = Confirmation(title="Delete %(object)s?", text="%(object)s is gone for good.").about("Movie 7")
    assert (asked.title, asked.text) == ("Delete Movie 7?", "Movie 7 is gone for good.")


@pytest.mark.parametrize(
    "field",
    [
        InputField(name="gain", kind="number", label="Gain", default=None, optional=True, minimum=0),
        InputField(name="zone", kind="text", label="Zone", default=None, optional=True),
        InputField(name="mode", kind="choice", label="Mode", default=1, optional=True, choices=((1, "One"),)),
    ],
)
def test_an_optional_field_may_be_left_empty_and_not_be_filled_with_anything(field):
    assert values_of((field,), {field.name: None}) == ({field.name: None}, ())
    assert values_of((field,), {field.name: []})[1] != ()


def test_a_field_without_a_default_must_be_given():
    field = InputField(name="days", kind="number", label="Days", default=None)
    assert [reason.params["field"] for reason in values_of((field,), {})[1]] == ["days"]


def test_an_offer_about_an_object_has_what_its_fields_have_at_first():
    offer = Offer(input=(DAYS, TITLE), initial=lambda film: {"title": film})
    assert [field.default for field in offer.about("Dawn").input] == [30, "Dawn"]
    assert [field.default for field in offer.input] == [30, "Untitled"]


def test_a_date_and_time_has_no_time_zone():
    noon = datetime(2026, 6, 1, 12)  # noqa: DTZ001 - which clock it is, the field's help says
    for given in ("2026-06-01T12:00", "2026-06-01T12:00:00", noon):
        assert values_of((SINCE,), {"since": given}) == ({"since": noon}, ())
    assert values_of((SINCE,), {"since": None}) == ({"since": None}, ())
    assert to_json(noon) == "2026-06-01T12:00:00"


def test_declared_texts_are_read_in_the_language_that_is_active(db):
    run = Run(state="running")
    with translation.override("de"):
        assert [each.label for each in available(run)][:2] == ["Anhalten", "Abbrechen"]
    assert [each.label for each in available(run)][:2] == ["Pause", "Cancel"]
    assert translated("") == "", "not the head of the catalog"
