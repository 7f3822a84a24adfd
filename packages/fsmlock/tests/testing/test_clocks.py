from __future__ import annotations

import pytest

import fsmlock
from fsmlock import clock
from fsmlock.testing import FakeClock


def test_time_passes_only_by_advance():
    real = clock.now
    with FakeClock() as time:
        before = clock.now()
        assert clock.now() == before
        time.advance(11)
        assert clock.now() == before + 11
    assert clock.now is real


@pytest.mark.django_db(transaction=True)
def test_a_lease_runs_out_by_the_clock_of_the_holder(film, elsewhere):
    with FakeClock() as time:
        held = fsmlock.hold(film, "render").acquire()
        assert held.remaining > 9
        time.advance(11)
        assert held.remaining == 0
        elsewhere(fsmlock.hold(film, "render").acquire)  # as long as nobody takes over, SQLite keeps it
        with pytest.raises(fsmlock.HoldLost, match="could not be renewed in time"):
            held.check()
        held.release()


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_an_expired_lease_frees_the_lock(film, elsewhere):
    with FakeClock() as time:
        dead = elsewhere(fsmlock.hold(film, "render").acquire)
        time.advance(11)
        with fsmlock.hold(film, "render") as held:
            held.check()
        dead.release()
