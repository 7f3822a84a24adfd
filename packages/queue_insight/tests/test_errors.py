from __future__ import annotations

import inspect

from queue_insight import errors


def test_every_error_has_the_one_root():
    classes = [each for _, each in inspect.getmembers(errors, inspect.isclass)]
    assert all(issubclass(each, errors.QueueInsightError) for each in classes)


def test_an_error_carries_its_facts():
    error = errors.BrokerUnreachableError("redis://h/0", OSError("refused"))
    assert error.url == "redis://h/0"
    assert "Start it" in str(error)
    assert errors.BrokerUnsupportedError("sqs").transport == "sqs"
    assert errors.StoreUnreachableError("h:1/0", OSError("refused")).url == "h:1/0"
