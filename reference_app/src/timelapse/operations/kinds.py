"""The kinds of work: movies, and the iterations of the app, with their names in people's words."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from fsmlock.sentences import sentence
from timelapse.frames.clocks import RetimeFrames
from timelapse.ingest.measuring import MeasureFrames
from timelapse.ingest.usb_import import ImportCaptures
from timelapse.rendering.retention import ThinFrames

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fsmlock.iteration import Iteration
    from fsmlock.sentences import Sentence


class Kind(Enum):
    """What work does."""

    MOVIE = "movie"
    IMPORT_CAPTURES = "import_captures"
    RETIME_FRAMES = "retime_frames"
    THIN_FRAMES = "thin_frames"
    MEASURE_FRAMES = "measure_frames"


ITERATIONS: Final[Mapping[Kind, type[Iteration]]] = {
    Kind.IMPORT_CAPTURES: ImportCaptures,
    Kind.RETIME_FRAMES: RetimeFrames,
    Kind.THIN_FRAMES: ThinFrames,
    Kind.MEASURE_FRAMES: MeasureFrames,
}


def path_of(kind: Kind) -> str:
    """Return the name under which the runs of a kind are stored."""
    iteration = ITERATIONS[kind]
    return f"{iteration.__module__}.{iteration.__qualname__}"


def name_of(iteration: str) -> Sentence:
    """Return what an iteration does, in words: that of ``ImportCaptures`` is “Import captures”."""
    return sentence(re.sub(r"(?<!^)([A-Z])", r" \1", iteration.rpartition(".")[2]).capitalize())
