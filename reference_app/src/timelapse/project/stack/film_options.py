"""What ``timelapse film`` is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from timelapse.rendering.selection import EVERYTHING, Selection
from timelapse.rendering.style import PLAIN, Style

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmSound:
    """A file of sound, whether it is repeated, and its volume in percent."""

    path: Path
    repeats: bool
    volume: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmOptions:
    """The footage, and the movie to render from it."""

    footage: Path
    out: Path
    #: Frames per second.
    fps: float
    #: Width and height in pixels; None: as the pictures.
    size: tuple[int, int] | None
    selection: Selection = EVERYTHING
    style: Style = PLAIN
    sound: FilmSound | None = None
