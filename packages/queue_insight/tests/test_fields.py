from __future__ import annotations

from queue_insight.fields import integer, summary, text


def test_a_field_of_another_type_counts_as_absent():
    event = {"uuid": "t1", "pid": 7, "odd": ["x"]}
    assert (text(event, "uuid"), text(event, "odd"), text(event, "none")) == ("t1", "", "")
    assert (integer(event, "pid"), integer(event, "odd"), integer(event, "none")) == (7, None, None)


def test_arguments_are_put_together():
    assert summary({"args": "(1,)", "kwargs": "{}"}) == "(1,) {}"
    assert summary({}) == ""
