from __future__ import annotations

import pytest

from camera_agent.spool.room import Freed, missing
from camera_agent.spool.rows import State
from tests.conftest import jpeg

SIZE = len(jpeg())


@pytest.mark.parametrize(
    ("used", "quota", "free", "reserve", "wanted"),
    [
        (100, 0, 1000, 10, 0),
        (100, 60, 1000, 10, 40),
        (100, 60, 0, 500, 500),
        (10, 60, 600, 500, 0),
    ],
)
def test_how_much_has_to_go(used, quota, free, reserve, wanted):
    assert missing(used=used, quota=quota, free=free, reserve=reserve) == wanted


def waiting(filled) -> list[int]:
    return [entry.capture.sequence for entry in filled.spool.listing() if entry.state is State.PENDING]


def test_half_of_a_backlog_leaves_a_film_of_every_second_picture(filled):
    for number in range(16):
        filled.put(f"capture-{number}")
    assert filled.spool.make_room(quota=SIZE * 9, reserve=0) == Freed(bytes=SIZE * 7, refused=0, thinned=7)
    assert waiting(filled) == [1, 2, 4, 6, 8, 10, 12, 14, 16]
    filled.spool.make_room(quota=SIZE * 5, reserve=0)
    assert waiting(filled) == [1, 4, 8, 12, 16]


def test_the_first_and_the_newest_stay_whatever_is_asked(filled):
    for number in range(9):
        filled.put(f"capture-{number}")
    filled.spool.make_room(quota=1, reserve=0)
    assert waiting(filled) == [1, 9]
    assert len(list(filled.spool.captures.iterdir())) == 2


def test_refused_pictures_go_before_any_that_waits(filled):
    for number in range(4):
        filled.put(f"capture-{number}")
    filled.spool.refused(filled.spool.next_pending(), "truncated", "It ends too early.")
    assert filled.spool.make_room(quota=SIZE * 3, reserve=0) == Freed(bytes=SIZE, refused=1, thinned=0)
    assert waiting(filled) == [2, 3, 4]


def test_with_room_left_nothing_goes(filled):
    filled.put("capture-1")
    assert filled.spool.make_room(quota=SIZE, reserve=0) == Freed()
    assert filled.spool.make_room(quota=0, reserve=1) == Freed()


def test_what_was_dropped_stays_known_and_is_not_counted(filled):
    for number in range(4):
        filled.put(f"capture-{number}")
    filled.spool.make_room(quota=SIZE * 3, reserve=0)
    assert filled.spool.counts().pending == 3
    dropped = [entry for entry in filled.spool.listing() if entry.state is State.DROPPED]
    assert [(one.capture.sequence, one.message) for one in dropped] == [(3, "Dropped to make room.")]
    assert filled.put("capture-2") is None
