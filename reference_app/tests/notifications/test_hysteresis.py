from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timelapse.notifications import hysteresis
from timelapse.notifications.domain import Kind

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
GRACE = timedelta(seconds=60)


def watched(looks, *, every=10):
    """Look again and again; return after how many seconds which announcement was made.

    A look is True (it holds), False (it doesn't), None (not known), or a number of seconds without any.
    """
    observed, seconds, said, gap = None, 0, [], 0
    for look in looks:
        if isinstance(look, int) and not isinstance(look, bool):
            seconds += look
            gap = look
            continue
        now = NOON + timedelta(seconds=seconds)
        looked = {"watched": gap <= hysteresis.LONGEST_GAP.total_seconds(), "lasting": GRACE}
        news = False
        if look is True:
            observed, news = hysteresis.present(observed, now, **looked)
        elif observed is not None:
            if look is None:
                observed = hysteresis.unknown(observed)
            else:
                observed, news = hysteresis.absent(observed, now, **looked)
        if news:
            said.append((seconds, "began" if look else "ended"))
        seconds, gap = seconds + every, every
    return said


def test_a_need_is_announced_once_when_it_has_held_for_its_time_and_once_when_it_has_ended_for_it():
    assert watched([True] * 30 + [False] * 30) == [(60, "began"), (360, "ended")]


def test_what_comes_and_goes_faster_than_the_grace_time_is_never_announced():
    assert watched(([True] * 5 + [False] * 5) * 50) == []


def test_what_was_announced_and_then_comes_and_goes_is_not_announced_again():
    assert watched([True] * 7 + ([False] * 5 + [True] * 5) * 50) == [(60, "began")]


def test_a_time_in_which_nobody_looked_counts_neither_for_the_begin_nor_for_the_end():
    assert watched([True, 600, True]) == []
    assert watched([True] * 7 + [False, 600, False]) == [(60, "began")]


def test_what_is_not_known_is_neither_a_begin_nor_an_end():
    assert watched([True] * 7 + [None] * 100) == [(60, "began")]
    assert watched([True] * 4 + [None] + [True] * 4) == []
    assert watched([True] * 7 + [False] * 4 + [None] + [False] * 4) == [(60, "began")]


@given(st.lists(st.sampled_from([True, False, None, 5, 200]), max_size=120))
def test_begins_and_ends_alternate_whatever_is_seen(looks):
    said = [what for _, what in watched(looks)]
    assert said == (["began", "ended"] * len(said))[: len(said)]


@pytest.mark.parametrize(
    ("kind", "begin", "end"),
    [(Kind.MOVIE_FAILED, 0, 0), (Kind.CAMERA, 60, 60), (Kind.QUEUE, 60, 60), (Kind.DISK, 60, 600)],
)
def test_what_is_over_is_announced_at_once_and_a_disk_must_have_room_for_longer(kind, begin, end):
    assert hysteresis.grace(kind, GRACE) == timedelta(seconds=begin)
    assert hysteresis.end_grace(kind, GRACE) == timedelta(seconds=end)
