from __future__ import annotations

import pytest

import fsmlock
from fsmlock import clock
from fsmlock.testing import FakeClock


def test_time_goes_on_only_when_it_is_told_to():
    real = clock.now
    with FakeClock() as time:
        before = clock.now()
        assert clock.now() == before
        time.advance(11)
        assert clock.now() == before + 11
    assert clock.now is real


def test_a_lease_runs_out_by_the_holder_s_own_clock(film):
    with FakeClock() as time:
        held = fsmlock.hold(film, "render").acquire()
        assert held.remaining > 9
        time.advance(11)
        with pytest.raises(fsmlock.HoldLost, match="could not be renewed in time"):
            held.check()
        held.release()


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_after_its_lease_somebody_else_may_enter(film, elsewhere):
    with FakeClock() as time:
        dead = elsewhere(fsmlock.hold(film, "render").acquire)
        time.advance(11)
        with fsmlock.hold(film, "render") as held:
            held.check()
        dead.release()
