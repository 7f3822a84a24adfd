"""Proglog: progress of moviepy and other libraries that accept a `logger=`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proglog import ProgressBarLogger

from eliot_progress import sanitise

if TYPE_CHECKING:
    from eliot_progress.progress import Progress


class ProgressLogger(ProgressBarLogger):  # type: ignore[misc] # proglog has no types
    """`clip.write_videofile(path, logger=ProgressLogger(p))`: the bar that counts frames moves `p`.

    `bar` names the bar to follow (moviepy's is "frame_index"). Other bars only appear as the step.
    """

    def __init__(self, work: Progress, *, bar: str = "frame_index") -> None:
        super().__init__()
        self._work = work
        self._bar = bar

    def bars_callback(self, bar: str, attr: str, value: object, old_value: object = None) -> None:  # noqa: ARG002
        """Handle a bar that moved."""
        if bar != self._bar:
            if attr == "total":
                self._work.step(bar)
        elif attr == "total":
            self._work.total = sanitise.total(value)
        elif attr == "index" and (done := sanitise.number(value)) is not None and done >= 0:
            self._work.to(done)

    def callback(self, **changes: object) -> None:
        """Handle a message."""
        if message := changes.get("message"):
            self._work.note(str(message).removeprefix("MoviePy - ").strip())
