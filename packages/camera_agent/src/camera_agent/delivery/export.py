"""Export of captures to a USB drive, for cameras without a network (docs/reference/agent-protocol.md)."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.captures import EXTENSIONS, metadata
from camera_agent.errors import AgentError, BadInput, PictureLost
from camera_agent.protocol import PROTOCOL
from camera_agent.spool.files import replace_content, sha256_of, sync_folder
from camera_agent.spool.listing import listing
from camera_agent.spool.rows import CaptureState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from camera_agent.captures import Capture
    from camera_agent.home import Home
    from camera_agent.spool.store import Spool

#: After this many captures the drive's folder is synced and they are marked as exported.
BATCH = 50
UNPAIRED = "unpaired"
#: Characters of a camera's id in the name of its folder.
MAX_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """The captures on the drive: written now, there already, and unreadable (by file name)."""

    written: int
    already_there: int
    unreadable: tuple[str, ...]


def export(
    home: Home,
    spool: Spool,
    target: Path,
    *,
    all_states: bool = False,
    on_progress: Callable[[int], None] = lambda _count: None,
) -> ExportResult:
    """Write the pending captures (with `all_states` also those refused and kept) below a folder.

    Each picture is synced before its description is written, so a description always stands for a complete
    picture, even when the drive is unplugged. BadInput when the drive can't be written or is full; another
    call resumes. `on_progress` receives the number of captures on the drive so far.
    """
    states = {CaptureState.PENDING} | ({CaptureState.REFUSED, CaptureState.KEPT} if all_states else set())
    written = there = 0
    unreadable: list[str] = []
    if not target.is_dir():
        raise BadInput(
            f"There is no folder {target}.", "Is the drive mounted? Otherwise create the folder first."
        )
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
            on_progress(written + there)
        _mark(spool, folder, done)
    return ExportResult(written=written, already_there=there, unreadable=tuple(unreadable))


@contextmanager
def _explaining_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BadInput(
                f"{target} is full.", "Continue with another drive: what is on this one is complete."
            ) from error
        raise BadInput(
            f"{target} can't be written: {error.strerror}.", "Is the drive mounted, and not read-only?"
        ) from error


def _folder(home: Home, target: Path) -> Path:
    identity = home.read(home.identity_file)
    camera = str(identity.get("camera") or "")
    # The server chose the id: nothing in it may lead out of the drive.
    name = re.sub(r"[^A-Za-z0-9_-]", "_", camera)[:MAX_NAME] or f"{UNPAIRED}-{home_id(home)}"
    folder = target / f"camera-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    about = {"protocol": PROTOCOL, "camera": camera or None, "name": identity.get("name") or ""}
    replace_content(folder / "camera.json", json.dumps(about, indent=2).encode())
    return folder


def home_id(home: Home) -> str:
    """Return a random name of an agent that is not paired, the same each time."""
    stored = home.read(home.folder / "home.json").get("id")
    if isinstance(stored, str) and stored:
        return stored
    drawn = os.urandom(6).hex()
    home.write(home.folder / "home.json", {"id": drawn})
    return drawn


def _write(capture: Capture, picture: Path, folder: Path) -> bool:
    """Write one capture to the drive; False when it was there, complete."""
    copy = folder / f"{capture.capture}.{EXTENSIONS[capture.filetype]}"
    description_path = folder / f"{capture.capture}.json"
    description = json.dumps(metadata(capture), indent=2).encode()
    if description_path.exists() and copy.exists() and sha256_of(copy) == capture.sha256:
        if description_path.read_bytes() != description:  # the clock was corrected in between
            replace_content(description_path, description)
        return False
    try:
        content = picture.read_bytes()
    except OSError as error:
        raise PictureLost(f"{picture} can't be read: {error.strerror}.") from error
    if hashlib.sha256(content).hexdigest() != capture.sha256:
        raise PictureLost(f"{picture} is damaged.")
    replace_content(copy, content)
    replace_content(description_path, description)
    return True


def _mark(spool: Spool, folder: Path, done: list[Capture]) -> None:
    """Mark captures as exported, once their names are durable on the drive."""
    sync_folder(folder)
    spool.mark_exported(done)
    done.clear()


def purge(spool: Spool, states: frozenset[CaptureState], *, exported_only: bool = False) -> tuple[int, int]:
    """Delete pictures in these states for good; return how many, and their bytes.

    AgentError for pending captures, unless `exported_only`: then only those on a USB drive are deleted.
    """
    if CaptureState.PENDING in states and not exported_only:
        raise AgentError("Pending captures are deleted only when they are on a USB drive.", "Use --exported.")
    count = size = 0
    for entry in listing(spool.index, states):
        if exported_only and not entry.capture.exported:
            continue
        spool.drop(entry.capture, entry.state)
        count, size = count + 1, size + entry.capture.size
    return count, size
