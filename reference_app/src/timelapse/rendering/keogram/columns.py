"""The columns of a stretch: read from thumbnails, kept in one small file, of which only what is new is read.

The file is a PNG with the columns side by side. Its texts say of which frames they are, from which content
the frames were chosen, and how a day looks as a line. It is made anew whenever it is missing or damaged.
"""

from __future__ import annotations

import base64
import json
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from timelapse.rendering.keogram.axis import COLUMNS, placed
from timelapse.rendering.keogram.picture import HEIGHT, composed, line_of_day
from timelapse.shared import conf

if TYPE_CHECKING:
    from pathlib import Path

    from timelapse.rendering.keogram.axis import Axis
    from timelapse.rendering.keogram.chosen import Chosen, ChosenFrame, Content
    from timelapse.rendering.keogram.picture import Pixels

#: Files of a timelapse at most, of 0.1 MB each: those of the last thousand days, and of some hours.
MOST_FILES: Final = 1100
_UNREADABLE: Final = (OSError, SyntaxError, ValueError, KeyError, UnidentifiedImageError, zlib.error)


def folder_of(timelapse: int) -> Path:
    """Return the folder of a timelapse's columns."""
    return conf.get().media_root / "keograms" / str(timelapse)


def draw(chosen: Chosen) -> Pixels:
    """Return the keogram of the chosen frames; reads the thumbnails that were not read before.

    A frame whose thumbnail is missing or damaged is shown by none of the columns.
    """
    path = _path(chosen.timelapse, chosen.axis)
    kept = _load(path)
    known = {} if kept is None else kept.columns
    found = {
        frame.pk: column
        for frame in chosen.frames
        if (column := known[frame.pk] if frame.pk in known else _column_of(frame)) is not None
    }
    moments = [frame.captured_at for frame in chosen.frames if frame.pk in found]
    side_by_side = np.stack(list(found.values()), axis=1) if found else np.zeros((HEIGHT, 0, 3), np.uint8)
    keogram = composed(side_by_side, placed(moments, chosen.axis))
    if kept is None or kept.tag != chosen.content.tag or found.keys() != known.keys():
        line = line_of_day(keogram, chosen.axis, chosen.zone) if chosen.is_day else None
        _save(path, side_by_side, _texts(chosen, list(found), line))
    return keogram


def line_of(timelapse: int, day: Axis, content: Content) -> Pixels | None:
    """Return the line of a day as it was drawn last; None unless that was of this content."""
    try:
        with Image.open(_path(timelapse, day), formats=("PNG",)) as opened:
            texts = json.loads(opened.text["keogram"])
        line = np.frombuffer(zlib.decompress(base64.b64decode(texts["line"])), np.uint8)
        return line.reshape(COLUMNS, 4) if texts["content"] == content.tag else None
    except _UNREADABLE:
        return None


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a file has: columns by the frames' keys, and the tag of the content."""

    columns: dict[int, Pixels]
    tag: str


def _column_of(frame: ChosenFrame) -> Pixels | None:
    try:
        with Image.open(conf.get().media_root / frame.thumbnail, formats=("JPEG",)) as opened:
            middle = opened.width // 2
            column = opened.convert("RGB").crop((middle, 0, middle + 1, opened.height))
    except _UNREADABLE:
        return None
    return np.asarray(column.resize((1, HEIGHT), Image.Resampling.BOX))[:, 0]


def _path(timelapse: int, axis: Axis) -> Path:
    ends = "-".join(f"{end:%Y%m%dT%H%M%S}" for end in (axis.begin, axis.end))
    return folder_of(timelapse) / f"{ends}.png"


def _load(path: Path) -> _Kept | None:
    try:
        with Image.open(path, formats=("PNG",)) as opened:
            texts = json.loads(opened.text["keogram"])
            pixels = np.asarray(opened.convert("RGB"))
        frames = texts["frames"]
        if pixels.shape[:2] != (HEIGHT, max(len(frames), 1)):
            return None
        return _Kept({int(pk): pixels[:, at] for at, pk in enumerate(frames)}, str(texts["content"]))
    except _UNREADABLE:
        return None


def _texts(chosen: Chosen, frames: list[int], line: Pixels | None) -> dict[str, Any]:
    packed = "" if line is None else base64.b64encode(zlib.compress(line.tobytes())).decode()
    return {"content": chosen.content.tag, "frames": frames, "line": packed}


def _save(path: Path, columns: Pixels, texts: dict[str, Any]) -> None:
    """Write the file at once or, on a full disk, not at all: it can be made again."""
    information = PngInfo()
    information.add_text("keogram", json.dumps(texts), zip=True)
    # A picture without columns can't be.
    picture = Image.fromarray(columns if columns.shape[1] else np.zeros((HEIGHT, 1, 3), np.uint8))
    part = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(part, "PNG", pnginfo=information, compress_level=3)
        part.replace(path)
        _prune(path.parent)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _prune(folder: Path) -> None:
    """Remove the files that were written longest ago, beyond so many."""
    files = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in files[: max(len(files) - MOST_FILES, 0)]:
        path.unlink(missing_ok=True)
