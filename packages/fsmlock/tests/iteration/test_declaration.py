from __future__ import annotations

from datetime import timedelta

import pytest

import fsmlock
from fsmlock.iteration import Iteration

GOOD = {"items": lambda self: [], "each": lambda self, item: None}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"needs": "render"}, r"Write \('render',\)"),
        ({"needs": ["render"]}, r"of no object. Define target\(\)"),
        ({"policy": fsmlock.Wait}, r"is not a policy. Use one of Fail\(\), Skip\(\)"),
        ({"policy": "wait"}, "is not a policy"),
        ({"lease": timedelta(0)}, "at least 0.1 s"),
        ({"lease": timedelta.max}, "at most a year"),
        ({"batch_size": 0}, "Use 1 or more"),
        ({"max_errors": -1}, "Use 0 or more"),
        ({"budget": timedelta(0)}, "Use None"),
    ],
)
def test_an_invalid_value_is_refused_when_the_class_is_created(more, words):
    with pytest.raises(fsmlock.ConfigurationError, match=words):
        type("Wrong", (Iteration,), GOOD | more)


def test_a_valid_iteration_is_accepted():
    values = {"needs": ["render"], "target": lambda self: None, "policy": fsmlock.Skip()}
    assert type("Good", (Iteration,), GOOD | values)
