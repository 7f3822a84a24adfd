from __future__ import annotations

import signal

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
