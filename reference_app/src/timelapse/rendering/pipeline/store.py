"""Keeps encoded segments by their keys, so that no frame is encoded twice."""

from __future__ import annotations

import json
import os
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from timelapse.rendering.pipeline.disk import put_in_place, writing

if TYPE_CHECKING:
    from pathlib import Path

    from timelapse.rendering.pipeline.plan import Plan, Segment

_PART: Final = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A picture that isn't in the movie, and the reason."""

    name: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A segment as it was encoded: its file, its frames, and the planned ones that it hasn't.

    Without any usable picture there is no file: ``path`` is None and ``frames`` is 0.
    """

    path: Path | None
    frames: int
    left_out: tuple[LeftOut, ...] = ()


class SegmentStore:
    """Segments in a folder, one file each. A file has its name only when it is whole.

    A segment's file is named after the key of the frames that are in it. When pictures of the planned segment
    will never be usable, a note under the planned key says so, and which key has the rest; under its
    `Segment.held_key` if its first picture is one of them, for which one of the segment before is held.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, segment: Segment) -> Encoded | None:
        """Return the segment if it is here, and mark it as used now."""
        path = self.path_of(segment.key)
        if path.exists():
            _touch(path)
            return Encoded(path=path, frames=len(segment.recipes))
        note, written = self._written_note(segment)
        if written is None:
            return None
        path = self.path_of(written["key"])
        if written["frames"] and not path.exists():
            return None
        for used in (note, path):
            _touch(used)
        return Encoded(
            path=path if written["frames"] else None,
            frames=written["frames"],
            left_out=tuple(LeftOut(**each) for each in written["left_out"]),
        )

    def frames_done(self, plan: Plan) -> int:
        """Return how many frames of a plan are in segments that are here."""
        return sum(len(segment.recipes) for segment in plan.segments if self.find(segment) is not None)

    def new_part(self) -> Path:
        """Return the path of a new file to write. Raises DiskFullError, StorageError."""
        with writing():
            self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{uuid.uuid4().hex}{_PART}"

    def put(self, segment: Segment, part: Path) -> Path:
        """Give a whole file the name of its segment. Raises DiskFullError, StorageError."""
        with writing():
            put_in_place(part, self.path_of(segment.key))
        return self.path_of(segment.key)

    def note(
        self, planned: Segment, used: Segment, left_out: tuple[LeftOut, ...], *, held: bool = False
    ) -> None:
        """Remember that the pictures left out of a planned segment will never be usable.

        ``held`` says that what is shown for them depends on the segment before.
        """
        written = {
            "key": used.key,
            "frames": len(used.recipes),
            "left_out": [asdict(each) for each in left_out],
        }
        part = self.new_part()
        with writing():
            part.write_text(json.dumps(written))
            put_in_place(part, self._note(planned.held_key if held else planned.key))

    def sweep(self, budget: int, *, keep: Plan | None = None) -> int:
        """Remove what killed workers left, and what was unused for longest beyond a budget of bytes.

        Call it only while nobody writes to the folder. The segments of the plan to keep stay in any case.
        Return the bytes that were removed.
        """
        kept = self._files(keep) if keep is not None else set()
        files = sorted(
            ((path, path.stat()) for path in self.folder.glob("*") if path.is_file()),
            key=lambda file: (file[0].suffix != _PART, file[1].st_mtime_ns),
        )
        total = sum(stat.st_size for _, stat in files)
        removed = 0
        for path, stat in files:
            if path.suffix == _PART or (total - removed > budget and path not in kept):
                path.unlink(missing_ok=True)
                removed += stat.st_size
        return removed

    def discard(self, plan: Plan) -> None:
        """Remove the segments of a plan. Call it only while nobody writes to the folder."""
        for path in self._files(plan):
            path.unlink(missing_ok=True)

    def _files(self, plan: Plan) -> set[Path]:
        found = [(segment, self.find(segment)) for segment in plan.segments]
        notes = {
            self._note(key)
            for segment, encoded in found
            if encoded is not None
            for key in (segment.key, segment.held_key)
        }
        return notes | {encoded.path for _, encoded in found if encoded is not None and encoded.path}

    def path_of(self, key: str) -> Path:
        """Return where the segment of this key is kept, or would be."""
        return self.folder / f"{key}.mp4"

    def _written_note(self, segment: Segment) -> tuple[Path, dict[str, Any] | None]:
        """Return what is noted of a planned segment, and where."""
        notes = [self._note(key) for key in dict.fromkeys((segment.key, segment.held_key))]
        for note in notes:
            with suppress(OSError, ValueError):
                return note, json.loads(note.read_text())
        return notes[0], None

    def _note(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def _touch(path: Path) -> None:
    with suppress(OSError):  # removed meanwhile, or on a disk that can only be read
        os.utime(path)
