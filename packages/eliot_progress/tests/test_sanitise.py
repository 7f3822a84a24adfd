from __future__ import annotations

from decimal import Decimal

import pytest

from eliot_progress import sanitise


class Hostile:
    def __str__(self):
        raise LookupError

    def __float__(self):
        raise ValueError


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("plain", "plain"),
        ("a\nb\x00c\x1b[1m", "a b c [1m"),
        ("\u202eevil\u2028", " evil "),
        ("\ud800", " "),
        ("x" * 300, "x" * 199 + "…"),
        (None, "None"),
        (Hostile(), "<Hostile>"),
        ("Zürich 🎬", "Zürich 🎬"),
    ],
)
def test_text_is_one_bounded_line(value, line):
    assert sanitise.text(value) == line


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3),
        (2.5, 2.5),
        (Decimal("1.5"), 1.5),
        (2**60, float(2**60)),
        (10**400, None),
        (float("nan"), None),
        (float("-inf"), None),
        ("3", None),
        (True, None),
        (None, None),
        (Hostile(), None),
    ],
)
def test_a_number_is_finite_or_nothing(value, number):
    assert sanitise.number(value) == number


def test_a_total_is_not_negative():
    assert (sanitise.total(0), sanitise.total(-1), sanitise.total(7)) == (0, None, 7)
