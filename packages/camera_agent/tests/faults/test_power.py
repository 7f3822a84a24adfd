"""The power fails at any byte: every state of the disk that a write sequence can leave is recovered from.

What the spool does is recorded (each fsync, rename and unlink, with the bytes of all files before and after).
Between two of these any part of what was written in between may have reached the disk: each is tried.
"""

from __future__ import annotations

import os
from itertools import takewhile
from typing import TYPE_CHECKING

import pytest

from camera_agent.spool.eviction import Retention
from camera_agent.spool.listing import listing
from camera_agent.spool.rows import CaptureState
from camera_agent.spool.store import Spool
from tests.conftest import jpeg
from tests.spool.conftest import NOW

if TYPE_CHECKING:
    from pathlib import Path

#: A torn write is tried at every so many bytes; a prime, so that no page or sector is met each time.
STEP = 499
FIRST, SECOND, THIRD = jpeg(10), jpeg(120), jpeg(230)
CONTENT = {"capture-1": FIRST, "capture-2": SECOND, "capture-3": THIRD}


def look(folder: Path) -> dict[str, bytes]:
    """All files that survive a power cut: SQLite makes its shared memory anew."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".sqlite3-shm")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def _same(pair: tuple[int, int]) -> bool:
    return pair[0] == pair[1]


class Recorder:
    """The states of a folder around each step that orders writes."""

    def __init__(self, folder: Path, monkeypatch) -> None:
        self.folder, self.steps, self.states = folder, [], [look(folder)]
        for name in ("fsync", "rename", "unlink"):
            monkeypatch.setattr(os, name, self._watched(name, getattr(os, name)))

    def _watched(self, name: str, real):
        def watched(*arguments, **named):
            self.states.append(look(self.folder))
            done = real(*arguments, **named)
            self.steps.append(name)
            self.states.append(look(self.folder))
            return done

        return watched

    def cuts(self):
        """Every state of the disk that a power cut may leave."""
        for before, after in zip(self.states, [*self.states[1:], look(self.folder)], strict=True):
            yield before
            grown = [name for name in after if name in before and after[name] != before[name]]
            for name in grown:
                start = sum(1 for _ in takewhile(_same, zip(before[name], after[name], strict=False)))
                for end in range(start, len(after[name]), STEP):
                    torn = after[name][:end] + before[name][end:]
                    yield {**before, name: torn}
        yield look(self.folder)


def put(spool: Spool, name: str):
    target = spool.incoming / "image"
    target.write_bytes(CONTENT[name])
    return spool.put(
        target, capture=name, filename=f"{name}.jpg", filetype="image/jpeg", captured_at=NOW, exposure={}
    )


def after_cut(tmp_path, number: int, files: dict[str, bytes]) -> Spool:
    folder = tmp_path / f"cut-{number}"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    spool = Spool(folder)
    spool.recover(NOW)
    return spool


def check(spool: Spool) -> dict[str, CaptureState]:
    """Rows and files agree, and every picture here is whole; gives where each capture stands."""
    found = {entry.capture.capture: entry for entry in listing(spool.index, frozenset(CaptureState))}
    here = {path.stem: path.read_bytes() for path in spool.captures.iterdir()}
    with_file = {CaptureState.PENDING, CaptureState.REFUSED, CaptureState.KEPT}
    assert set(here) == {name for name, entry in found.items() if entry.state in with_file}
    assert all(content == CONTENT[name] for name, content in here.items())
    assert list(spool.incoming.iterdir()) == []
    totals = sum(entry.capture.size for entry in found.values() if entry.state is CaptureState.PENDING)
    assert spool.counts().bytes == totals
    sequence = max((entry.capture.sequence for entry in found.values()), default=0)
    if "capture-3" not in found:
        assert put(spool, "capture-3").sequence > sequence
    return {name: entry.state for name, entry in found.items()}


def outcomes(tmp_path, recorder: Recorder) -> list[dict[str, CaptureState]]:
    found = []
    for number, files in enumerate(recorder.cuts()):
        spool = after_cut(tmp_path, number, files)
        found.append(check(spool))
        spool.close()
    return found


@pytest.fixture
def spool(tmp_path):
    spool = Spool(tmp_path / "spool")
    put(spool, "capture-1")
    yield spool
    spool.close()


def test_a_capture_is_there_whole_or_not_at_all_and_the_one_before_it_always(spool, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        target = spool.incoming / "image"
        target.write_bytes(b"")
        recorder = Recorder(spool.folder, patched)
        put(spool, "capture-2")
    assert recorder.steps == ["fsync", "rename", "fsync"]
    # Only a picture whose name is durable gets its row.
    assert len({state["index.sqlite3-wal"] for state in recorder.states}) == 1
    found = outcomes(tmp_path, recorder)
    assert len(found) > 20
    assert all(states.pop("capture-1") is CaptureState.PENDING for states in found)
    assert {tuple(states.values()) for states in found} == {(), (CaptureState.PENDING,)}
    assert found[0] == {}
    assert found[-1] == {"capture-2": CaptureState.PENDING}


def test_a_capture_delivered_is_still_waiting_or_gone_and_no_file_stays_behind(spool, tmp_path, monkeypatch):
    put(spool, "capture-2")
    with monkeypatch.context() as patched:
        recorder = Recorder(spool.folder, patched)
        spool.mark_delivered(spool.next_pending())
    found = outcomes(tmp_path, recorder)
    assert len(found) > 10
    assert {states["capture-1"] for states in found} == {CaptureState.PENDING, CaptureState.DELIVERED}
    assert {states["capture-2"] for states in found} == {CaptureState.PENDING}
    assert found[-1]["capture-1"] is CaptureState.DELIVERED


def test_a_delivered_capture_that_is_kept_has_its_file_whatever_happens(tmp_path, monkeypatch):
    spool = Spool(tmp_path / "spool", retention=Retention(bytes=1 << 20))
    put(spool, "capture-1")
    with monkeypatch.context() as patched:
        recorder = Recorder(spool.folder, patched)
        spool.mark_delivered(spool.next_pending())
    assert {states["capture-1"] for states in outcomes(tmp_path, recorder)} == {
        CaptureState.PENDING,
        CaptureState.KEPT,
    }
    spool.close()


def test_making_room_leaves_each_capture_waiting_or_dropped(spool, tmp_path, monkeypatch):
    for name in ("capture-2", "capture-3"):
        put(spool, name)
    put_last = spool.counts().bytes - 1
    with monkeypatch.context() as patched:
        recorder = Recorder(spool.folder, patched)
        assert spool.make_room(quota=put_last, reserve=0).thinned == 1
    found = outcomes(tmp_path, recorder)
    assert {states["capture-2"] for states in found} == {CaptureState.PENDING, CaptureState.DROPPED}
    assert {(states["capture-1"], states["capture-3"]) for states in found} == {(CaptureState.PENDING,) * 2}
