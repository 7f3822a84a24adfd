from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from camera_agent.host.clock import ClockQuality
from camera_agent.spool.eviction import Freed, Retention, bytes_to_free
from camera_agent.spool.listing import listing
from camera_agent.spool.rows import CaptureState
from camera_agent.spool.store import Spool
from tests.conftest import jpeg
from tests.spool.conftest import NOW, Filled

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
    assert bytes_to_free(used=used, quota=quota, free=free, reserve=reserve) == wanted


def waiting(filled) -> list[int]:
    return [
        entry.capture.sequence for entry in listing(filled.spool.index) if entry.state is CaptureState.PENDING
    ]


def test_half_of_a_backlog_leaves_a_film_of_every_second_picture(filled):
    for number in range(16):
        filled.put(f"capture-{number}")
    assert filled.spool.make_room(quota=SIZE * 9, reserve=0) == Freed(bytes=SIZE * 7, thinned=7)
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
    filled.spool.mark_refused(filled.spool.next_pending(), "truncated", "It ends too early.")
    assert filled.spool.make_room(quota=SIZE * 3, reserve=0) == Freed(bytes=SIZE, refused=1)
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
    dropped = [entry for entry in listing(filled.spool.index) if entry.state is CaptureState.DROPPED]
    assert [(one.capture.sequence, one.message) for one in dropped] == [(3, "Dropped to make room.")]
    assert filled.put("capture-2") is None


def test_delivered_pictures_that_are_kept_go_before_anything_else_oldest_first(tmp_path):
    spool = Spool(tmp_path / "spool", retention=Retention(bytes=100 * SIZE))
    filled = Filled(tmp_path / "spool", spool)
    for number in range(6):
        filled.put(f"capture-{number}")
    for _ in range(3):
        spool.mark_delivered(spool.next_pending())
    assert spool.used_bytes() == 6 * SIZE
    assert spool.make_room(quota=SIZE * 4, reserve=0) == Freed(bytes=SIZE * 2, kept=2)
    assert sorted(path.stem for path in spool.captures.iterdir()) == [f"capture-{n}" for n in range(2, 6)]
    assert spool.counts().dropped == 0
    spool.close()


def test_kept_pictures_stay_for_so_many_bytes_and_days(tmp_path):
    spool = Spool(tmp_path / "spool", retention=Retention(bytes=SIZE * 3, days=1.0))
    filled = Filled(tmp_path / "spool", spool)
    for number in range(5):
        spool.mark_delivered(filled.put(f"capture-{number}"))
    assert spool.expire_kept(NOW) == 2
    assert [path.stem for path in sorted(spool.captures.iterdir())] == ["capture-2", "capture-3", "capture-4"]
    two_days_on = replace(NOW, wall_ns=NOW.wall_ns + 2 * 86_400 * 10**9)
    assert spool.expire_kept(replace(two_days_on, quality=ClockQuality.UNKNOWN)) == 0
    assert spool.expire_kept(two_days_on) == 3
    assert list(spool.captures.iterdir()) == []
    spool.close()


def test_what_is_on_a_drive_as_well_goes_before_what_is_nowhere_else_and_is_no_loss(filled):
    for number in range(8):
        filled.put(f"capture-{number}")
    filled.spool.index.change("UPDATE captures SET exported = 1 WHERE sequence IN (2, 4, 6)")
    filled.spool.make_room(quota=SIZE * 6, reserve=0)
    assert waiting(filled) == [1, 3, 4, 5, 7, 8]
    assert filled.spool.records.record_dropped(NOW) == 0


def test_a_capture_being_sent_is_spared(filled):
    for number in range(5):
        filled.put(f"capture-{number}")
    filled.spool.mark_delivered(filled.spool.claim())
    filled.spool.claim(), filled.spool.claim()
    filled.spool.make_room(quota=SIZE * 3, reserve=0)
    assert waiting(filled) == [2, 3, 5]


def test_a_card_that_stays_full_costs_each_capture_one_look(filled):
    for number in range(200):
        filled.put(f"capture-{number:03d}")
    steps = itertools.count()
    costs = []
    for number in range(200, 260):
        filled.put(f"capture-{number:03d}")
        filled.spool.index.connection.set_progress_handler(lambda: next(steps) < 0, 1)
        before = next(steps)
        filled.spool.make_room(quota=SIZE * 200, reserve=0)
        costs.append(next(steps) - before)
        filled.spool.index.connection.set_progress_handler(None, 0)
    # Once the odd ones are gone, those of the next level follow, and so on: it never looks at all anew.
    assert len(waiting(filled)) == 200
    assert sorted(costs)[-5] < 4 * sorted(costs)[30]
