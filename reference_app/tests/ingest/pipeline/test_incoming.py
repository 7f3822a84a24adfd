from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from timelapse.ingest import domain
from timelapse.ingest.domain import Refusal
from timelapse.ingest.pipeline import incoming
from timelapse.ingest.pipeline.incoming import Incoming, path_of, read_status, sweep

pytestmark = pytest.mark.usefixtures("media")


def refused(act):
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def test_the_size_of_the_file_is_the_offset(camera_id, announced):
    wanted = announced(b"0123456789")
    with Incoming.create(camera_id, wanted) as upload:
        upload.append(b"0123")
        assert (upload.offset, upload.complete) == (4, False)
    assert path_of(camera_id, wanted.capture.capture).read_bytes() == b"0123"
    assert read_status(camera_id, wanted.capture.capture) == (4, wanted)
    with Incoming.resume(camera_id, wanted.capture.capture) as upload:
        assert upload.announced == wanted
        upload.append(b"456789")
        assert upload.complete


def test_an_upload_has_one_writer(camera_id, announced):
    wanted = announced(b"0123456789")
    with Incoming.create(camera_id, wanted):
        assert refused(lambda: Incoming.create(camera_id, wanted)) == "locked"
        assert refused(lambda: Incoming.resume(camera_id, wanted.capture.capture)) == "locked"
    Incoming.resume(camera_id, wanted.capture.capture).__exit__()


def test_a_writer_that_is_killed_leaves_its_bytes_and_no_lock(camera_id, announced):
    wanted = announced(b"0123456789")
    Incoming.create(camera_id, wanted).__exit__()
    path = path_of(camera_id, wanted.capture.capture)
    program = "import fcntl,os,sys;d=os.open(sys.argv[1],os.O_RDWR);fcntl.flock(d,fcntl.LOCK_EX);"
    program += "os.write(d,b'0123');print('locked',flush=True);sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout.readline() == "locked\n"
        assert refused(lambda: Incoming.resume(camera_id, wanted.capture.capture)) == "locked"
        writer.kill()
    with Incoming.resume(camera_id, wanted.capture.capture) as upload:
        assert upload.offset == 4


def test_an_upload_that_is_complete_but_no_frame_gives_back_its_last_byte(camera_id, announced):
    wanted = announced(b"0123456789")
    with Incoming.create(camera_id, wanted) as upload:
        upload.append(b"0123456789")
    assert read_status(camera_id, wanted.capture.capture)[0] == 9
    with Incoming.resume(camera_id, wanted.capture.capture) as upload:
        assert upload.offset == 9
        upload.append(b"9")
    with Incoming.create(camera_id, wanted) as upload:
        assert upload.offset == 9


def test_an_empty_upload_has_no_last_byte_to_give_back(camera_id, announced):
    wanted = announced(b"")
    with Incoming.create(camera_id, wanted) as upload:
        assert upload.complete
    assert read_status(camera_id, wanted.capture.capture)[0] == 0


def test_beginning_again_goes_on(camera_id, announced):
    wanted = announced(b"0123456789")
    with Incoming.create(camera_id, wanted) as upload:
        upload.append(b"0123")
    with Incoming.create(camera_id, wanted) as upload:
        assert upload.offset == 4


def test_beginning_something_else_under_the_same_id_starts_from_nothing(camera_id, announced):
    wanted = announced(b"0123456789")
    with Incoming.create(camera_id, wanted) as upload:
        upload.append(b"0123")
    other = announced(b"abcdefghij", capture=wanted.capture.capture)
    with Incoming.create(camera_id, other) as upload:
        assert (upload.offset, upload.announced) == (0, other)


def test_another_length_under_the_same_id_starts_from_nothing(camera_id, announced):
    wanted = announced(b"0123456789")
    with Incoming.create(camera_id, wanted) as upload:
        upload.append(b"0123")
    with Incoming.create(camera_id, replace(wanted, length=5)) as upload:
        assert (upload.offset, upload.announced.length) == (0, 5)


def test_a_better_time_under_the_same_id_goes_on_and_is_kept(camera_id, announced):
    wanted = announced(b"0123456789")
    with Incoming.create(camera_id, wanted) as upload:
        upload.append(b"0123")
    better = announced(b"0123456789", capture=wanted.capture.capture, captured_at="2026-11-23T09:00:00Z")
    with Incoming.create(camera_id, better) as upload:
        assert upload.offset == 4
    assert read_status(camera_id, wanted.capture.capture) == (4, better)
    assert better != wanted


def test_an_upload_that_can_not_be_begun_is_not_left_locked(camera_id, announced):
    wanted = announced(b"0123456789")
    path = path_of(camera_id, wanted.capture.capture)
    path.with_suffix(".json").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        Incoming.create(camera_id, wanted)
    path.with_suffix(".json").rmdir()
    with Incoming.create(camera_id, wanted) as upload:
        assert upload.offset == 0


def test_bytes_that_the_disk_takes_piece_by_piece_all_arrive(camera_id, announced, monkeypatch):
    real = os.pwrite
    monkeypatch.setattr(incoming.os, "pwrite", lambda file, data, at: real(file, data[:3], at))
    with Incoming.create(camera_id, announced(b"0123456789")) as upload:
        upload.append(b"0123456789")
        assert upload.path.read_bytes() == b"0123456789"


def test_bytes_after_an_offset_are_dropped(camera_id, announced):
    with Incoming.create(camera_id, announced(b"0123456789")) as upload:
        upload.append(b"012345")
        upload.truncate(2)
        upload.append(b"x")
        assert upload.path.read_bytes() == b"01x"


def test_a_removed_upload_leaves_no_file(camera_id, announced):
    with Incoming.create(camera_id, announced(b"0123456789")) as upload:
        upload.remove()
        upload.remove()  # a repetition does no harm
    assert list(upload.path.parent.iterdir()) == []


@pytest.mark.parametrize(("free", "answer"), [(110, None), (109, "storage_full")])
def test_a_disk_without_room_is_refused_before_anything_is_written(
    camera_id, announced, monkeypatch, free, answer
):
    monkeypatch.setattr(domain, "DISK_RESERVE", 100)
    disk = shutil.disk_usage("/")._replace(free=free)
    monkeypatch.setattr(incoming.shutil, "disk_usage", lambda _: disk)
    wanted = announced(b"0123456789")
    if answer is None:
        Incoming.create(camera_id, wanted).__exit__()
        assert read_status(camera_id, wanted.capture.capture) == (0, wanted)
    else:
        assert refused(lambda: Incoming.create(camera_id, wanted)) == answer
        assert list(path_of(camera_id, wanted.capture.capture).parent.iterdir()) == []


def test_what_was_never_begun_is_not_there(camera_id):
    assert read_status(camera_id, "never-begun") is None
    assert refused(lambda: Incoming.resume(camera_id, "never-begun")) == "no_such_upload"


@pytest.mark.parametrize("note", [None, "{", "[]"])
def test_bytes_whose_announcement_was_lost_are_not_there(camera_id, announced, note):
    wanted = announced(b"0123456789")
    with Incoming.create(camera_id, wanted) as upload:
        upload.append(b"0123")
    announcement = path_of(camera_id, wanted.capture.capture).with_suffix(".json")
    announcement.unlink()
    if note:
        announcement.write_text(note)
    assert read_status(camera_id, wanted.capture.capture) is None
    assert refused(lambda: Incoming.resume(camera_id, wanted.capture.capture)) == "no_such_upload"
    with Incoming.create(camera_id, wanted) as upload:
        assert upload.offset == 0


def test_a_file_that_is_removed_while_it_is_being_locked_is_made_anew(camera_id, announced, monkeypatch):
    wanted = announced(b"0123456789")
    path = path_of(camera_id, wanted.capture.capture)
    Incoming.create(camera_id, wanted).__exit__()
    real, calls = os.open, []

    def remove_once(target, *args):
        descriptor = real(target, *args)
        if not calls and str(target) == str(path):
            calls.append(target)
            path.unlink()
        return descriptor

    monkeypatch.setattr(incoming.os, "open", remove_once)
    with Incoming.create(camera_id, wanted) as upload:
        upload.append(b"01")
    assert path.read_bytes() == b"01"


def test_sweeping_removes_what_nobody_has_touched_and_leaves_the_rest(camera_id, announced):
    now = datetime.now(UTC)
    stale, busy, fresh = (announced(b"0123456789") for _ in range(3))
    for wanted in (stale, fresh):
        Incoming.create(camera_id, wanted).__exit__()
    with Incoming.create(camera_id, busy):
        for wanted in (stale, busy):
            for path in path_of(camera_id, wanted.capture.capture).parent.glob(f"{wanted.capture.capture}*"):
                os.utime(path, (0, 0))
        assert sweep(now - timedelta(hours=1)) == 1
    assert read_status(camera_id, stale.capture.capture) is None
    assert read_status(camera_id, busy.capture.capture) is not None
    assert read_status(camera_id, fresh.capture.capture) is not None
    removed = path_of(camera_id, stale.capture.capture)
    assert not removed.exists()
    assert not removed.with_suffix(".json").exists()


@pytest.mark.parametrize(("age_s", "removed"), [(0, 0), (1, 1)])
def test_an_upload_of_exactly_the_age_is_left(camera_id, announced, age_s, removed):
    wanted = announced(b"0123456789")
    Incoming.create(camera_id, wanted).__exit__()
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    written = moment.timestamp() - age_s
    os.utime(path_of(camera_id, wanted.capture.capture), (written, written))
    assert sweep(moment) == removed


def test_sweeping_where_nothing_ever_was_removes_nothing():
    assert sweep(datetime.now(UTC)) == 0


def test_an_upload_that_stays_unfinished_takes_the_room_that_it_announced(camera_id, announced):
    wanted = announced(bytes(1_000_000))
    with Incoming.create(camera_id, wanted) as upload:
        upload.append(b"0123")
    stat = path_of(camera_id, wanted.capture.capture).stat()
    assert stat.st_size == 4
    assert stat.st_blocks * 512 >= 1_000_000


def test_begun_uploads_count_by_what_they_announced(camera_id, announced):
    first, second = announced(b"0123456789"), announced(bytes(100))
    for wanted in (first, second):
        Incoming.create(camera_id, wanted).__exit__()
    assert incoming.begun_bytes(camera_id, besides="another") == 110
    assert incoming.begun_bytes(camera_id, besides=second.capture.capture) == 10


def test_one_more_begun_upload_takes_the_place_of_the_one_that_was_idle_longest(
    camera_id, announced, settings
):
    settings.TIMELAPSE = {"begun_uploads": 3}
    begun = [announced(b"0123456789") for _ in range(4)]
    for age, wanted in enumerate(begun[:3]):
        Incoming.create(camera_id, wanted).__exit__()
        os.utime(path_of(camera_id, wanted.capture.capture), (1_000 - age, 1_000 - age))
    Incoming.create(camera_id, begun[3]).__exit__()
    left = [read_status(camera_id, wanted.capture.capture) is not None for wanted in begun]
    assert left == [True, True, False, True]


def test_uploads_that_are_being_written_are_not_removed_for_others(camera_id, announced, settings):
    settings.TIMELAPSE = {"begun_uploads": 2}
    with Incoming.create(camera_id, announced(b"0123")), Incoming.create(camera_id, announced(b"0123")):
        assert refused(lambda: Incoming.create(camera_id, announced(b"0123"))) == "busy"
