"""One picture from the camera into the spool, with a small copy where one is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.camera import Wanted
from camera_agent.errors import DriverError, SpoolError
from camera_agent.frame import Capture, new_capture_id
from eliot_progress import inject
from eliot_progress.context import current_origin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from camera_agent.camera import Camera
    from camera_agent.clock import Clock, Instant
    from camera_agent.drivers.base import Shot
    from camera_agent.frame import ExposureValue
    from camera_agent.gaps import Missed, Reason
    from camera_agent.spool.store import Spool
    from camera_agent.status import Status


def _not_told(_reason: Reason, _detail: str, _since: Instant, _until: Instant, _count: int) -> None:
    """Nobody wants to hear of gaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """`taken` hears of each capture, `previewed` gets a small JPEG of it, `failed` a sentence for people.

    That is made while `wants_preview` says so. `missed` hears of slots that were not filmed, and why.
    """

    taken: Callable[[Capture], None]
    failed: Callable[[str], None]
    missed: Missed = _not_told
    previewed: Callable[[Capture, bytes], None] | None = None
    wants_preview: Callable[[], bool] = lambda: True


class Shooting:
    """Takes pictures. `quota` and `reserve` are the spool's, in bytes."""

    def __init__(
        self,
        camera: Camera,
        spool: Spool,
        clock: Clock,
        status: Status,
        listeners: Listeners,
        *,
        quota: int,
        reserve: int,
    ) -> None:
        self._camera, self._spool, self._clock, self._status = camera, spool, clock, status
        self._to, self._quota, self._reserve = listeners, quota, reserve

    def take(self, interval_s: float) -> Capture:
        """One capture into the spool. AgentError when it fails."""
        self._make_room()
        target, moment = self._fresh("shot"), self._clock.now()
        small = self._fresh("preview") if self._wants_preview() else None
        shot = self._shoot(target, Wanted(interval_s=interval_s, preview=small))
        name = new_capture_id("cam", self._spool.last_sequence() + 1)
        capture = self._spool.put(
            target,
            capture=name,
            filename=shot.filename,
            filetype=shot.filetype,
            taken=moment,
            exposure=_told(shot),
            cause=_cause(),
        )
        if capture is None:
            raise SpoolError(f"The spool has had a capture {name} before.", "The next one gets another name.")
        self._status.last_capture = capture
        self._to.taken(capture)
        if small and self._to.previewed is not None and (preview := self._preview_made()):
            self._to.previewed(capture, preview)
        return capture

    def preview(self, interval_s: float) -> bytes:
        """A small JPEG of what the camera sees now, not kept. AgentError when it fails."""
        target = self._fresh("preview-of")
        self._shoot(target, Wanted(interval_s=interval_s, preview=self._fresh("preview")))
        target.unlink(missing_ok=True)
        if small := self._preview_made():
            return small
        raise DriverError(
            "No preview could be made of the picture.",
            "Previews need Pillow: pip install 'camera-agent[preview]'.",
        )

    def _shoot(self, target: Path, wanted: Wanted) -> Shot:
        # A source with an end begins again: a folder makes an endless camera.
        shot = self._camera.take(target, wanted) or self._camera.take(target, wanted)
        if shot is None:
            raise DriverError("The source has no pictures.", "Give one that has.")
        problem = self._camera.problem
        if problem and self._status.trouble("exposure", problem):
            self._to.failed(problem)
        elif not problem:
            self._status.well("exposure")
        return shot

    def _wants_preview(self) -> bool:
        return self._to.previewed is not None and self._to.wants_preview()

    def _fresh(self, name: str) -> Path:
        path = self._spool.incoming / name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SpoolError(
                f"{path} can't be removed: {error}.", "Check that the card is writable."
            ) from error
        return path

    def _preview_made(self) -> bytes:
        path = self._spool.incoming / "preview"
        made = path.read_bytes() if path.exists() else b""
        path.unlink(missing_ok=True)
        return made

    def _make_room(self) -> None:
        freed = self._spool.make_room(quota=self._quota, reserve=self._reserve)
        if freed.thinned:
            self._to.failed(
                f"The card is full: {freed.thinned} waiting pictures were dropped, evenly spread."
            )
        if freed.bytes:
            self._status.trouble("disk", "The card is full: the backlog is thinned out to go on filming.")
        else:
            self._status.well("disk")


def _cause() -> dict[str, str]:
    """The place in the tree of causes below which the picture is delivered, be it days later."""
    told: dict[str, str] = {}
    inject(told, current_origin())
    return told


def _told(shot: Shot) -> dict[str, ExposureValue]:
    """A shot's exposure with what was measured: by it the film can be deflickered later."""
    told = dict(shot.exposure)
    if shot.seen is not None:
        told |= {"luminance": round(shot.seen.luminance, 5), "clipped": round(shot.seen.clipped, 5)}
    return told
