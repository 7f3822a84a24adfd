from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from camera_agent.errors import BadInput
from camera_agent.settings_table import InvalidSetting, raise_if_invalid, read_table


@dataclass(frozen=True, kw_only=True)
class Table:
    name: str = ""
    count: int = 1
    share: float = 0.5
    on: bool = False
    words: tuple[str, ...] = ()


def read(values):
    return read_table(Table, values, name="box", where=lambda name: f"line of {name}")


def test_a_table_is_read_into_its_class():
    values = {"name": date(2026, 12, 1), "count": 2.0, "share": 1, "on": True, "words": ["a"]}
    assert read(values) == Table(name="2026-12-01", count=2, share=1.0, on=True, words=("a",))
    assert read({}) == Table()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (3, "line of box: box must be a table, and is 3"),
        ({"conut": 1}, "line of box.conut: 'conut' is not a setting. Did you mean 'count'"),
        ({"x": 1}, "There are: name, count, share, on, words"),
        ({"name": 1}, "name must be a text, and is 1"),
        ({"count": 1.5}, "count must be a whole number"),
        ({"share": True}, "share must be a number"),
        ({"on": 1}, "on must be true or false"),
        ({"words": "a"}, "words must be a list of texts"),
        ({"words": [1]}, "words must be a list of texts"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(values, message):
    with pytest.raises(BadInput) as caught:
        read(values)
    assert message in str(caught.value)


def test_a_trouble_is_refused_at_its_place_and_none_is_not():
    raise_if_invalid(None, where=str)
    with pytest.raises(BadInput, match=r"^here box\.x: It is bad\. Mend it\.$"):
        raise_if_invalid(
            InvalidSetting(name="x", message="It is bad.", remedy="Mend it."),
            where=lambda name: f"here {name}",
            prefix="box.",
        )
