from __future__ import annotations

from datetime import date

import pytest

from camera_agent.errors import BadInput
from camera_agent.settings_table import InvalidSetting, raise_if_invalid, typed


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (date(2026, 12, 1), str, "2026-12-01"),
        (1, float, 1.0),
    ],
)
def test_a_value_gets_its_type(value, kind, expected):
    found = typed("x", value, kind, place="here")
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (1, str, "here: x must be a text, and is 1"),
        (True, float, "x must be a number"),
        (10**400, float, "x can't be a number of about 400 digits."),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(value, kind, message):
    with pytest.raises(BadInput) as caught:
        typed("x", value, kind, place="here")
    assert message in str(caught.value)


def test_a_trouble_is_refused_at_its_place_and_none_is_not():
    raise_if_invalid(None, where=str)
    with pytest.raises(BadInput, match=r"^here box\.x: It is bad\. Mend it\.$"):
        raise_if_invalid(
            InvalidSetting(name="x", message="It is bad.", remedy="Mend it."),
            where=lambda name: f"here {name}",
            prefix="box.",
        )
