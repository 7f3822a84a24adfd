"""Captures on a stick: for a camera that has no network, as `docs/reference/agent-protocol.md` has it."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.errors import AgentError, BadInput, PictureLost
from camera_agent.frame import EXTENSIONS, metadata
from camera_agent.link.pairing import PROTOCOL
from camera_agent.spool.files import sha256_of, sync_folder
from camera_agent.spool.listing import listing
from camera_agent.spool.rows import CaptureState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from camera_agent.frame import Capture
    from camera_agent.home import Home
    from camera_agent.spool.store import Spool

#: Captures are marked as exported, and the stick's folder synced, after so many.
BATCH = 50
UNPAIRED = "unpaired"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """What is on the stick: newly written, there already, and left out for they can't be read (by name)."""

    written: int
    already_there: int
    unreadable: tuple[str, ...]


def export(
    home: Home,
    spool: Spool,
    target: Path,
    *,
    all_states: bool = False,
    said: Callable[[int], None] = lambda _count: None,
) -> ExportResult:
    """Write the waiting captures (with `all_states` those refused and kept as well) below a folder.

    Each picture is synced before its description is written, so whatever is pulled out when, a description
    stands for a whole picture. BadInput when the stick can't be written or is full; doing it again goes on.
    """
    states = {CaptureState.PENDING} | ({CaptureState.REFUSED, CaptureState.KEPT} if all_states else set())
    written = there = 0
    unreadable: list[str] = []
    if not target.is_dir():
        raise BadInput(f"There is no folder {target}.", "Is the stick there? Else make the folder first.")
    with _explaining_errors(target):
        folder = _folder(home, target)
        done: list[Capture] = []
        for entry in listing(spool.index, frozenset(states)):
            try:
                new = _write(entry.capture, spool.path(entry.capture), folder)
            except PictureLost:
                unreadable.append(entry.capture.filename)
                continue
            written, there = written + new, there + (not new)
            done.append(entry.capture)
            if len(done) >= BATCH:
                _mark(spool, folder, done)
            said(written + there)
        _mark(spool, folder, done)
    return ExportResult(written=written, already_there=there, unreadable=tuple(unreadable))


@contextmanager
def _explaining_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BadInput(
                f"{target} is full.", "Go on with another stick: what is on this one is good."
            ) from error
        raise BadInput(
            f"{target} can't be written: {error.strerror}.", "Is the stick there, and not read-only?"
        ) from error


def _folder(home: Home, target: Path) -> Path:
    identity = home.read(home.identity_file)
    camera = str(identity.get("camera") or "")
    name = camera or f"{UNPAIRED}-{home_id(home)}"
    folder = target / f"camera-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    about = {"protocol": PROTOCOL, "camera": camera or None, "name": identity.get("name") or ""}
    _put(folder / "camera.json", json.dumps(about, indent=2).encode())
    return folder


def home_id(home: Home) -> str:
    """A name for an agent that has none yet: the same each time, another one on each machine."""
    kept = home.read(home.folder / "home.json").get("id")
    if isinstance(kept, str) and kept:
        return kept
    drawn = os.urandom(6).hex()
    home.write(home.folder / "home.json", {"id": drawn})
    return drawn


def _write(capture: Capture, picture: Path, folder: Path) -> bool:
    """Bring one capture to the stick; False when it was there, whole."""
    copy = folder / f"{capture.capture}.{EXTENSIONS[capture.filetype]}"
    about = folder / f"{capture.capture}.json"
    described = json.dumps(metadata(capture), indent=2).encode()
    if about.exists() and copy.exists() and sha256_of(copy) == capture.sha256:
        if about.read_bytes() != described:  # the true time was learnt in between
            _put(about, described)
        return False
    try:
        content = picture.read_bytes()
    except OSError as error:
        raise PictureLost(f"{picture} can't be read: {error.strerror}.") from error
    if hashlib.sha256(content).hexdigest() != capture.sha256:
        raise PictureLost(f"{picture} is damaged.")
    _put(copy, content)
    _put(about, described)
    return True


def _put(path: Path, content: bytes) -> None:
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _mark(spool: Spool, folder: Path, done: list[Capture]) -> None:
    """Note what is on the stick, once the names are on it for sure."""
    sync_folder(folder)
    spool.mark_exported(done)
    done.clear()


def purge(spool: Spool, states: frozenset[CaptureState], *, exported_only: bool = False) -> tuple[int, int]:
    """Delete pictures in these states for good; gives how many, and their bytes.

    AgentError for captures that wait, unless only those that are on a stick as well are meant.
    """
    if CaptureState.PENDING in states and not exported_only:
        raise AgentError("Captures that wait are deleted only when they are on a stick.", "Use --exported.")
    count = size = 0
    for entry in listing(spool.index, states):
        if exported_only and not entry.capture.exported:
            continue
        spool.drop(entry.capture, entry.state)
        count, size = count + 1, size + entry.capture.size
    return count, size
