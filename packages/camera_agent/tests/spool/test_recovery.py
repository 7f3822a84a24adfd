"""Every place where the power may fail, by the files and rows it leaves behind."""

from __future__ import annotations

import os

import pytest

from camera_agent.captures import metadata
from camera_agent.host.clock import ClockQuality, Instant
from camera_agent.protocol.captures import read_metadata
from camera_agent.protocol.settings import YEARS
from camera_agent.spool.listing import listing
from camera_agent.spool.recovery import Recovery, adopted_at
from camera_agent.spool.rows import CaptureState
from tests.conftest import jpeg
from tests.spool.conftest import NOW

NOTHING = Recovery(dropped=0, adopted=0, removed=0, lost=0)


def test_a_spool_in_order_stays_as_it_is(filled):
    filled.put("capture-1")
    assert filled.spool.recover(NOW) == NOTHING
    assert filled.spool.counts().pending == 1


def test_power_lost_while_writing_leaves_a_file_that_is_dropped(filled):
    (filled.spool.incoming / "image-1").write_bytes(jpeg()[:100])
    assert filled.spool.recover(NOW).dropped == 1
    assert list(filled.spool.incoming.iterdir()) == []


def test_power_lost_between_rename_and_row_leaves_a_whole_picture_that_is_adopted(filled):
    (filled.spool.captures / "cam-00000009-abc.jpg").write_bytes(jpeg())
    assert filled.spool.recover(NOW).adopted == 1
    capture = filled.spool.next_pending()
    assert (capture.capture, capture.size) == ("cam-00000009-abc", len(jpeg()))
    assert (capture.captured_at.quality, capture.captured_at.boot) == (ClockQuality.ESTIMATED, "")


@pytest.mark.parametrize("written_s", [2**40, -(2**40), 4_200_000_000])
def test_a_picture_whose_file_has_a_damaged_time_is_adopted_and_can_be_sent(filled, written_s):
    orphan = filled.spool.captures / "cam-00000009-abc.jpg"
    orphan.write_bytes(jpeg())
    os.utime(orphan, (written_s, written_s))
    assert filled.spool.recover(NOW).adopted == 1
    assert read_metadata(metadata(filled.spool.next_pending())).captured_at.year in YEARS


def test_an_orphan_of_a_replay_is_dropped_for_its_source_is_still_there(filled):
    (filled.spool.captures / "replay-abc-00000009.jpg").write_bytes(jpeg())
    assert filled.spool.recover(NOW) == Recovery(dropped=0, adopted=0, removed=1, lost=0)


def test_an_orphan_that_is_no_picture_is_dropped(filled):
    (filled.spool.captures / "cam-00000009-abc.jpg").write_bytes(b"")
    assert filled.spool.recover(NOW).removed == 1


def test_power_lost_between_acknowledgement_and_removal_removes_the_file(filled):
    put = filled.put("capture-1")
    path = filled.spool.path(put)
    filled.spool.mark_delivered(put)
    path.write_bytes(jpeg())
    assert filled.spool.recover(NOW).removed == 1
    assert not path.exists()


def test_a_refused_picture_stays(filled):
    put = filled.put("capture-1")
    filled.spool.mark_refused(put, "too_large", "Too large.")
    assert filled.spool.recover(NOW) == NOTHING
    assert filled.spool.path(put).exists()


def test_a_picture_that_someone_deleted_is_marked_lost_and_stops_nothing(filled):
    first, second = filled.put("capture-1"), filled.put("capture-2")
    filled.spool.path(first).unlink()
    assert filled.spool.recover(NOW).lost == 1
    assert filled.spool.next_pending() == second
    assert [entry.state for entry in listing(filled.spool.index)] == [CaptureState.LOST, CaptureState.PENDING]


def moment(wall_ns: int, quality: ClockQuality = ClockQuality.SYNCED) -> Instant:
    return Instant(wall_ns=wall_ns, quality=quality, boot="boot-0", monotonic_ns=1000)


def test_an_orphan_is_taken_to_follow_the_newest_row_in_its_boot():
    adopted = adopted_at(5_000_000_900, moment(5_000_000_000), NOW)
    assert (adopted.wall_ns, adopted.boot, adopted.monotonic_ns) == (5_000_000_900, "boot-0", 1900)
    assert adopted.quality is ClockQuality.ESTIMATED


@pytest.mark.parametrize("written", [0, 4_999_999_999, 10**18])
def test_a_files_time_that_makes_no_sense_is_not_believed(written):
    adopted = adopted_at(written, moment(5_000_000_000, ClockQuality.UNKNOWN), NOW)
    assert (adopted.wall_ns, adopted.monotonic_ns) == (5_000_000_001, 1001)
    assert adopted.quality is ClockQuality.UNKNOWN
