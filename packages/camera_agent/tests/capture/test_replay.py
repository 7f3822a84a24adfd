from __future__ import annotations

import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest

from camera_agent.capture import replay as module
from camera_agent.capture.replay import Replay
from camera_agent.drivers.process import DriverProcess
from camera_agent.host.clock import Clock, ClockQuality
from camera_agent.spool.store import Spool
from tests.conftest import jpeg
from tests.drivers.test_exif import OFFSET, ORIGINAL, picture


@pytest.fixture
def spool(tmp_path):
    with closing(Spool(tmp_path / "spool")) as spool:
        yield spool


def replay(folder, spool, stop, taken) -> tuple[DriverProcess, Replay]:
    process = DriverProcess("replay", {"source": str(folder)})
    process.open()
    return process, Replay(process, spool, Clock(), source=str(folder), stop=stop, on_picture=taken)


def deliver_all(spool, stop) -> None:
    """A server that takes everything."""
    while not stop.is_set():
        if capture := spool.next_pending():
            spool.mark_delivered(capture)
        else:
            with spool.changed:
                spool.changed.wait(0.05)


def replay_beside_a_server(folder, spool, taken) -> None:
    """Replay a source to its end, while all that is in the spool is delivered."""
    stop = threading.Event()
    process, run = replay(folder, spool, stop, taken)
    delivering = threading.Thread(target=deliver_all, args=(spool, stop))
    delivering.start()
    with closing(process):
        assert run.run()
    stop.set()
    delivering.join(5)


def test_a_run_interrupted_goes_on_with_the_same_captures(folder, spool):
    stop, first, again = threading.Event(), [], []

    def interrupt(capture) -> None:
        first.append(capture.capture)
        if len(first) == 5:
            stop.set()

    process, run = replay(folder, spool, stop, interrupt)
    with closing(process):
        assert not run.run()
    replay_beside_a_server(folder, spool, again.append)
    names = [capture.filename for capture in again if capture is not None]
    assert names == [f"img{number}.jpg" for number in range(6, 13)]
    assert spool.last_sequence() == 12


def test_pictures_that_were_added_between_two_tries_are_delivered_and_no_other_twice(folder, spool):
    stop, names = threading.Event(), []

    def interrupt(capture) -> None:
        names.append(capture.filename)
        spool.mark_delivered(capture)
        if len(names) == 5:
            stop.set()

    process, run = replay(folder, spool, stop, interrupt)
    with closing(process):
        assert not run.run()
    (folder / "img0.jpg").write_bytes(jpeg(3))
    (folder / "more").mkdir()
    (folder / "more" / "img1.jpg").write_bytes(jpeg(5))
    replay_beside_a_server(folder, spool, lambda capture: capture and names.append(capture.filename))
    assert sorted(names) == sorted(path.name for path in folder.rglob("*.jpg"))
    assert names.count("img1.jpg") == 2


def test_the_spool_does_not_fill_up_with_a_copy_of_the_source(folder, spool, monkeypatch):
    monkeypatch.setattr(module, "MAX_PENDING", 3)
    most = []
    replay_beside_a_server(folder, spool, lambda capture: most.append(spool.counts().pending))
    assert len(most) == 12
    assert max(most) <= 3


def test_what_an_earlier_try_delivered_is_reported_as_done_and_what_waits_is_not(folder, spool):
    stop, first, again = threading.Event(), [], []

    def interrupt(capture) -> None:
        first.append(capture)
        if len(first) == 5:
            stop.set()

    process, run = replay(folder, spool, stop, interrupt)
    with closing(process):
        assert not run.run()
    for capture in first[:2]:
        spool.mark_delivered(capture)
    stop = threading.Event()

    def interrupt_again(capture) -> None:
        again.append(capture and capture.filename)
        if len(again) == 3:
            stop.set()

    process, run = replay(folder, spool, stop, interrupt_again)
    with closing(process):
        assert not run.run()
    assert again == [None, None, "img6.jpg"]


def test_a_picture_keeps_its_capture_time_which_no_clock_of_this_computer_corrects(tmp_path, spool):
    (tmp_path / "card").mkdir()
    picture(tmp_path / "card" / "a.jpg", {ORIGINAL: "2026:11:28 12:00:00", OFFSET: "+00:00"})
    taken, stop = [], threading.Event()

    def stored(capture) -> None:
        taken.append(capture)
        stop.set()

    process, run = replay(tmp_path / "card", spool, stop, stored)
    with closing(process):
        run.run()
    moment = taken[0].captured_at
    assert moment.wall_ns == int(datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp()) * 10**9
    assert (moment.quality, moment.boot) == (ClockQuality.UNKNOWN, "")
