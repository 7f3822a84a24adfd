from __future__ import annotations

import itertools
import threading

import pytest

from camera_agent.errors import SpoolError
from camera_agent.spool.counts import SpoolCounts
from camera_agent.spool.listing import listing
from camera_agent.spool.rows import CaptureState
from camera_agent.spool.store import Spool
from tests.conftest import jpeg
from tests.spool.conftest import NOW

#: In steps of the database 260,000 cost no more, and fill a test with waiting.
MANY = 20_000


def test_captures_come_out_in_the_order_they_went_in(filled):
    for name in ("capture-b", "capture-a", "capture-c"):
        filled.put(name)
    seen = []
    while capture := filled.spool.next_pending():
        seen.append((capture.capture, capture.sequence))
        filled.spool.mark_delivered(capture)
    assert seen == [("capture-b", 1), ("capture-a", 2), ("capture-c", 3)]


def test_a_capture_survives_closing_and_opening(filled):
    put = filled.put("capture-1")
    filled.reopen()
    assert filled.spool.next_pending() == put
    assert filled.spool.path(put).read_bytes() == jpeg()


def test_the_same_capture_is_taken_once_even_after_its_delivery(filled):
    filled.spool.mark_delivered(filled.put("capture-1"))
    assert filled.put("capture-1") is None
    assert filled.spool.counts() == SpoolCounts(pending=0, bytes=0, refused=0)
    assert list(filled.spool.incoming.iterdir()) == []


def test_a_delivered_picture_leaves_the_disk(filled):
    put = filled.put("capture-1")
    filled.spool.mark_delivered(put)
    assert not filled.spool.path(put).exists()


def test_a_refused_capture_stays_with_its_reason_and_is_not_sent_again(filled):
    put = filled.put("capture-1")
    filled.spool.mark_refused(put, "truncated", "It ends too early.")
    assert filled.spool.next_pending() is None
    assert filled.spool.path(put).exists()
    [entry] = listing(filled.spool.index)
    assert (entry.state, entry.message) == (CaptureState.REFUSED, "It ends too early.")
    assert filled.spool.counts().refused == 1


def test_a_refused_capture_is_sent_again_when_a_person_asks_for_it(filled):
    refused, waiting = filled.put("capture-1"), filled.put("capture-2")
    filled.spool.mark_refused(refused, "too_large", "Too large.")
    assert filled.spool.next_pending() == waiting
    assert filled.spool.retry_refused() == 1
    assert filled.spool.next_pending() == refused
    assert (filled.spool.counts().pending, filled.spool.counts().refused) == (2, 0)


def test_counts_follow_what_comes_and_goes(filled):
    first, _second = filled.put("capture-1"), filled.put("capture-2")
    taken = NOW.wall_ns
    assert filled.spool.counts() == SpoolCounts(pending=2, bytes=2 * len(jpeg()), refused=0, oldest_ns=taken)
    filled.spool.mark_delivered(first)
    assert filled.spool.counts() == SpoolCounts(pending=1, bytes=len(jpeg()), refused=0, oldest_ns=taken)
    filled.spool.records.log([(NOW, {})])
    filled.spool.index.change("UPDATE captures SET exported = 1 WHERE state = 0")
    assert (filled.spool.counts().records, filled.spool.counts().exported) == (1, 1)


def test_two_senders_never_claim_the_same_capture(filled):
    first, second = filled.put("capture-1"), filled.put("capture-2")
    assert (filled.spool.claim(), filled.spool.claim(), filled.spool.claim()) == (first, second, None)
    filled.spool.release(first)
    assert filled.spool.claim() == first


def test_what_may_still_come_is_bounded_by_quota_and_disk(filled):
    filled.put("capture-1")
    assert filled.spool.free_bytes(quota=1000 + len(jpeg()), reserve=0) == 1000
    assert filled.spool.free_bytes(quota=0, reserve=1 << 60) < 0


def test_the_sequence_grows_even_when_rows_are_forgotten(filled):
    assert filled.spool.last_sequence() == 0
    for number in range(5):
        filled.spool.mark_delivered(filled.put(f"capture-{number}"))
    filled.spool.prune_rows(keep=2)
    filled.reopen()
    assert filled.put("capture-0").sequence == 6
    assert filled.put("capture-4") is None
    assert filled.spool.last_sequence() == 6


def test_tries_are_counted_across_restarts(filled):
    filled.spool.mark_attempted(filled.put("capture-1"))
    filled.reopen()
    assert filled.spool.next_pending().attempts == 1


def test_whoever_waits_hears_of_a_new_capture(filled):
    woken = threading.Event()

    def wait() -> None:
        with filled.spool.changed:
            ready.set()
            filled.spool.changed.wait(10)
        woken.set()

    ready = threading.Event()
    waiting = threading.Thread(target=wait)
    waiting.start()
    assert ready.wait(10)
    filled.put("capture-1")
    assert woken.wait(10)
    waiting.join()


def test_a_picture_that_cant_be_kept_is_an_error_not_a_silence(filled):
    with pytest.raises(SpoolError, match="can't be written"):
        filled.spool.put(
            filled.spool.incoming / "missing",
            capture="capture-1",
            filename="x.jpg",
            filetype="image/jpeg",
            captured_at=filled.put("capture-0").captured_at,
            exposure={},
        )


def test_a_picture_whose_row_cant_be_written_does_not_stay_behind(filled):
    filled.index_is_read_only(True)
    with pytest.raises(SpoolError, match="can't be written"):
        filled.put("capture-1")
    assert list(filled.spool.captures.iterdir()) == []
    filled.index_is_read_only(False)
    assert filled.put("capture-2").sequence == 1
    filled.reopen()
    assert filled.spool.recover(NOW).adopted == 0


def test_a_note_that_cant_be_written_is_an_error_with_a_remedy(filled):
    put = filled.put("capture-1")
    filled.index_is_read_only(True)
    for change in (filled.spool.mark_attempted, filled.spool.mark_delivered):
        with pytest.raises(SpoolError, match="Free some space"):
            change(put)
    assert filled.spool.path(put).exists()


def test_a_spool_in_a_place_that_is_no_folder_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match="can't be made"):
        Spool(tmp_path / "file")


def test_picking_the_next_of_many_takes_a_few_steps_of_the_database(tmp_path):
    spool = Spool(tmp_path / "spool")
    index = spool.index
    values = ((f"cam-{number:08d}", number < 1000) for number in range(MANY))
    with index.transaction() as connection:
        connection.executemany(
            "INSERT INTO captures (capture, state, filename, filetype, size, sha256, wall_ns, clock, boot,"
            " monotonic_ns, exposure) VALUES (?, ?, 'x', 'image/jpeg', 1, '', 1, 'synced', 'b', 1, '{}')",
            values,
        )
    steps = itertools.count()
    index.connection.set_progress_handler(lambda: next(steps) < 0, 1)
    assert spool.next_pending().capture == "cam-00001000"
    assert next(steps) < 100
    spool.close()
