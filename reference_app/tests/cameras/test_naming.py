from __future__ import annotations

import pytest

from timelapse.cameras.naming import LONGEST_NAME, name_or, printable_name, refusals


@pytest.mark.parametrize(
    ("requested", "expected"),
    [(None, "Roof"), ("", "Roof"), ("  \x00 ", "Roof"), (" Garden ", "Garden"), ("x" * 200, "x" * 80)],
)
def test_a_camera_is_called_as_requested_or_as_it_calls_itself(requested, expected):
    assert name_or(requested, "Roof") == expected


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00"])
def test_a_name_of_which_nothing_can_be_shown_is_refused(text):
    (reason,) = refusals(text)
    assert (reason.code, reason.params) == ("name_missing", {"field": "name"})


def test_a_name_that_is_too_long_is_refused_and_one_that_just_fits_is_not():
    assert [reason.code for reason in refusals("x" * (LONGEST_NAME + 1))] == ["name_too_long"]
    assert refusals(f"  {'x' * LONGEST_NAME}\n") == ()


def test_a_name_is_one_line():
    assert printable_name(" Roof,\nnorth ") == "Roof,north"
