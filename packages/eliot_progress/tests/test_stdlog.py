from __future__ import annotations

import logging
import warnings

import pytest

from eliot_progress import context
from eliot_progress.stdlog import Handler, bridge


@pytest.fixture
def logger():
    handler = bridge()
    logger = logging.getLogger("tests.stdlog")
    yield logger
    logging.getLogger().removeHandler(handler)
    logging.captureWarnings(False)


def said(log):
    return [m for m in log if m.get("message_type") == "log"]


def test_records_are_messages_below_the_current_action(log, logger):
    with context.start("click") as action:
        logger.warning("%d of %s", 3, "4")
    (message,) = said(log)
    assert (message["message"], message["level"], message["logger"]) == ("3 of 4", "WARNING", "tests.stdlog")
    assert message["task_uuid"] == action.task_uuid


def test_an_exception_comes_with_its_traceback(log, logger):
    try:
        {}["gone"]
    except LookupError:
        logger.exception("failed")
    (message,) = said(log)
    assert message["exception"] == "'gone'"
    assert "KeyError: 'gone'" in message["traceback"]


def test_warnings_flow_in_too(log, logger):
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        logging.captureWarnings(True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert "DeprecationWarning: old" in said(log)[0]["message"]


def test_a_record_that_cannot_be_formatted_breaks_nothing(log, logger, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logger.warning("%d", "no number")
    assert said(log) == []


def test_a_destination_that_logs_does_not_go_on_for_ever(logger):
    import eliot  # noqa: PLC0415 - only here

    calls = []

    def destination(message):
        calls.append(message)
        logging.getLogger("destination").warning("again")

    eliot.add_destinations(destination)
    logger.warning("once")
    eliot.remove_destination(destination)
    assert len(calls) == 2
    (handler,) = (each for each in logging.getLogger().handlers if isinstance(each, Handler))
    assert handler.ignored == 1


def test_what_is_cut_shows_it(log, logger):
    long = LookupError("x" * 20_000)
    logger.error("y" * 20_000, exc_info=long)
    (said_once,) = said(log)
    assert said_once["message"].endswith("y…")
    assert said_once["traceback"].startswith("…x")
    assert len(said_once["message"]) == len(said_once["traceback"]) == 10_000
