from __future__ import annotations

import pytest
from tests.values import failed, save_failures

from queue_insight.failures import failures
from queue_insight.stores.memory import MemoryStore


@pytest.fixture
def filled():
    store = MemoryStore()
    save_failures(
        store,
        one=failed(exception="shop.Refused", last_at=20.0, name="shop.charge", causal_id="c-17"),
        two=failed(exception="KeyError", last_at=30.0, message="KeyError('Anna')", task_id="4f1c"),
        three=failed(exception="", file="", function="", line=None, is_own=False, last_at=10.0),
    )
    return store


def test_the_group_that_failed_last_comes_first(filled):
    assert [each.id for each in failures(store=filled)] == ["two", "one", "three"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("refused", ["one"]),
        ("ANNA", ["two"]),
        ("shop.CHARGE", ["one"]),
        ("tasks.py:17", ["two", "one"]),
        ("4f1", ["two"]),
        ("c-1", ["one"]),
        ("one@test", ["two", "one", "three"]),
        ("nowhere", []),
        ("f1c", []),
    ],
)
def test_a_text_selects_groups(filled, text, found):
    assert [each.id for each in failures(store=filled, text=text)] == found


def test_a_place_that_is_not_known_is_empty(filled):
    *_, last = failures(store=filled)
    assert last.place == ""
    assert failures(store=filled)[0].place == "shop/orders/tasks.py:17 in charge"
