from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from fsmlock.diagrams import mermaid, svg
from fsmlock.models import Run
from tests.shop.models import Print


class Odd:
    """As a model that has states with names that Mermaid can't take."""

    initial_state = "in review"

    class States:
        IN_REVIEW = "in review"


def test_every_state_has_a_column_and_every_transition_a_row():
    root = ET.fromstring(svg(Run))
    texts = ["".join(e.itertext()).strip() for e in root.iter() if e.tag.endswith("text")]
    assert texts[:9] == [getattr(Run.States, n.upper()) for n in texts[:9]]
    assert texts[9:] == [
        *("Start", "Interrupt", "Pause", "Pause", "Paused", "Resume"),
        *("Cancel", "Cancel", "Cancelled", "Succeed", "Fail", "Retry"),
    ]


def test_a_row_shows_the_locks_and_the_description_of_its_transition():
    assert ">holds press</tspan>" in svg(Print)
    assert "<title>Somebody turned it round.</title>" in svg(Print)
    assert "drying --> drying : Turn (needs press)" in mermaid(Print)


def test_names_that_mermaid_can_not_take_get_an_alias():
    assert mermaid(Odd).splitlines() == [
        "stateDiagram-v2",
        '    state "in review" as in_review',
        "    [*] --> in_review",
    ]


def test_every_mermaid_line_connects_two_words():
    for line in mermaid(Run).splitlines()[2:]:
        assert re.fullmatch(r"    \w+ --> \w+ : [^;:]+", line)
