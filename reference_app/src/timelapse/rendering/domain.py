"""Options and limits of rendering. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fsmlock import Reason, RetryLater

MIN_FPS: Final = 0.1
MAX_FPS: Final = 120.0
MIN_SIDE: Final = 16
#: H.264 goes further, but no browser is sure to play it.
MAX_SIDE: Final = 7680

#: How long a dead worker's hold blocks the timelapse.
LEASE: Final = timedelta(seconds=10)
#: A queued movie's task counts as lost after this time if nobody renders its timelapse; it is sent again.
RESEND_AFTER: Final = timedelta(seconds=15)

#: A movie whose timelapse is locked gives its worker back and retries, at least this often.
WAIT_FOR_LOCK: Final = RetryLater(
    backoff=timedelta(seconds=1), at_most=timedelta(seconds=30), give_up_after=timedelta(days=7)
)
#: Attempts that may end with a dead worker before the movie fails.
MAX_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """How a movie is rendered: frames per second, width and height in pixels."""

    fps: float = 30.0
    width: int = 1280
    height: int = 720

    def validation_errors(self) -> dict[str, Reason]:
        """Return the reason for each invalid field; empty if all are valid."""
        wrong: dict[str, Reason] = {}
        if not math.isfinite(self.fps) or not MIN_FPS <= self.fps <= MAX_FPS:
            wrong["fps"] = Reason(
                code="fps_out_of_range",
                message=f"{self.fps:g} frames per second can't be shown.",
                remedy=f"Choose between {MIN_FPS:g} and {MAX_FPS:g}, say 30.",
            )
        for field, length in (("width", self.width), ("height", self.height)):
            if not MIN_SIDE <= length <= MAX_SIDE:
                wrong[field] = Reason(
                    code=f"{field}_out_of_range",
                    message=f"A {field} of {length} pixels can't be rendered.",
                    remedy=f"Choose between {MIN_SIDE} and {MAX_SIDE}.",
                )
        return wrong

    @property
    def even_size(self) -> tuple[int, int]:
        """Width and height rounded down to even: H.264 for browsers (yuv420p) halves both for colour."""
        return self.width // 2 * 2, self.height // 2 * 2


NO_TIMELAPSE: Final = Reason(
    code="no_timelapse",
    message="There is no such timelapse.",
    remedy="Choose one of the timelapses that are listed.",
)
NO_MOVIE: Final = Reason(
    code="no_movie", message="There is no such movie.", remedy="Choose one of the movies that are listed."
)
WORKERS_DIED: Final = Reason(
    code="workers_died",
    message=f"{MAX_ATTEMPTS} workers died while they rendered it.",
    remedy="Look at the worker's log and memory, then retry; a smaller size needs less of it.",
)
INTERNAL: Final = Reason(
    code="internal",
    message="Rendering stopped at an unexpected error.",
    remedy="Retry; when it happens again, look for the movie's causal id in the log.",
)
