from __future__ import annotations

import logging
import signal
from functools import partial

import eliot
import pytest

from eliot_progress import context, install, log_message, progress, stdlog
from eliot_progress.stores.memory import MemoryStore

BRIDGED = logging.getLogger("tests.interruptions")
BRIDGED.propagate = False
BRIDGED.addHandler(stdlog.Handler())


class TimeIsUpError(Exception):
    pass


def time_is_up(number, frame):
    raise TimeIsUpError


class Handlers:
    def time_is_up(self, number, frame):
        raise TimeIsUpError


class Interrupting:
    """A value in whose methods the signal arrives, as it may at any moment."""

    def __repr__(self):
        signal.raise_signal(signal.SIGUSR1)
        return "a field"

    def __radd__(self, other):
        signal.raise_signal(signal.SIGUSR1)
        return other

    def __len__(self):
        signal.raise_signal(signal.SIGUSR1)
        return 1

    def __iter__(self):
        return iter([1])


class Field(dict):
    """The same as a field of a message."""

    def items(self):
        signal.raise_signal(signal.SIGUSR1)
        return super().items()


@pytest.fixture(params=["function", "method", "partial"])
def installed(request, tmp_path):
    handler = {"method": Handlers().time_is_up, "partial": partial(time_is_up)}.get(request.param, time_is_up)
    before = signal.signal(signal.SIGUSR1, handler)
    installed = install(store=MemoryStore(), log_path=tmp_path / "log.jsonl")
    yield installed
    installed.remove()
    signal.signal(signal.SIGUSR1, before)


def test_what_a_signal_handler_raises_while_a_message_is_written_reaches_the_code_that_logged(installed):
    with pytest.raises(TimeIsUpError), context.start("work"):
        log_message("said", field=Field())


@pytest.mark.parametrize(
    "interrupted",
    [
        lambda work: work.advance(Interrupting()),
        lambda work: work.note(Interrupting()),
        lambda work: progress(Interrupting()),
        lambda work: progress("work", description=Interrupting()),
        lambda work: BRIDGED.warning("said %s", Interrupting()),
    ],
    ids=["advance", "note", "length", "label", "record"],
)
def test_nothing_that_swallows_errors_swallows_a_signal(installed, interrupted):
    with progress("work") as work, pytest.raises(TimeIsUpError):
        interrupted(work)


def test_the_next_message_raises_nothing(installed):
    with context.start("work"):
        with pytest.raises(TimeIsUpError):
            log_message("said", field=Field())
        log_message("said", field=1)


def test_what_a_destination_raises_by_itself_is_still_swallowed():
    def broken(message):
        raise OSError("no disk")

    eliot.add_destinations(broken)
    try:
        with context.start("work"):
            log_message("said")
    finally:
        eliot.remove_destination(broken)


def test_a_stock_action_swallows_it_as_eliot_does(installed):
    with eliot.start_action(action_type="stock"):
        eliot.log_message("said", field=Field())
    log_message("said", field=1)
