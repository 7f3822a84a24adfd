from __future__ import annotations

import signal
import threading

import pytest

from timelapse.project.stack.errors import Stopped
from timelapse.project.stack.signals import stopping_on_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_stops_and_later_ones_are_ignored(number):
    before = signal.getsignal(number)
    with stopping_on_signals():
        with pytest.raises(Stopped):
            signal.raise_signal(number)
        signal.raise_signal(number)
    assert signal.getsignal(number) is before


class Dying:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)


def wait_while_an_object_dies():
    Dying()
    threading.Event().wait(10)


def test_a_signal_that_comes_while_an_object_dies_stops_all_the_same():
    with stopping_on_signals(), pytest.raises(Stopped):
        wait_while_an_object_dies()
