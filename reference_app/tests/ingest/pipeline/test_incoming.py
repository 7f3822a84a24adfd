from __future__ import annotations

import os
import subprocess
import sys
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


def test_a_disk_without_room_is_refused_before_anything_is_written(camera_id, announced, monkeypatch):
    monkeypatch.setattr(domain, "DISK_RESERVE", 2**60)
    wanted = announced(b"0123456789")
    assert refused(lambda: Incoming.create(camera_id, wanted)) == "storage_full"
    assert read_status(camera_id, wanted.capture.capture) is None


def test_what_was_never_begun_is_not_there(camera_id):
    assert read_status(camera_id, "never-begun") is None
    assert refused(lambda: Incoming.resume(camera_id, "never-begun")) == "no_such_upload"


@pytest.mark.parametrize("note", [None, "{", "[]"])
def test_bytes_whose_announcement_was_lost_are_not_there(camera_id, announced, note):
    wanted = announced(b"0123456789")
    Incoming.create(camera_id, wanted).__exit__()
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
            os.utime(path_of(camera_id, wanted.capture.capture), (0, 0))
        assert sweep(now - timedelta(hours=1)) == 1
    assert read_status(camera_id, stale.capture.capture) is None
    assert read_status(camera_id, busy.capture.capture) is not None
    assert read_status(camera_id, fresh.capture.capture) is not None
    assert not path_of(camera_id, stale.capture.capture).with_suffix(".json").exists()


def test_sweeping_where_nothing_ever_was_removes_nothing():
    assert sweep(datetime.now(UTC)) == 0
