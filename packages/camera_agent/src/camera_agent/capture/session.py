"""One capture: from the camera into the spool, with a preview where one is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from camera_agent.capture.focus import FocusAid
from camera_agent.captures import Capture, Look, new_capture_id
from camera_agent.errors import DriverError, SpoolError
from camera_agent.protocol.captures import EXPOSURE_BYTES
from camera_agent.protocol.values import check_object
from eliot_progress import inject
from eliot_progress.context import current_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from camera_agent.capture.camera import Camera
    from camera_agent.capture.gaps import GapCallback, GapReason
    from camera_agent.captures import ExposureValue
    from camera_agent.drivers.base import CapturedImage
    from camera_agent.host.clock import Clock, Instant
    from camera_agent.protocol.settings import ExposureSettings, Schedule
    from camera_agent.spool.store import Spool
    from camera_agent.status import Status


NEEDS_PILLOW = "Previews need Pillow: pip install 'camera-agent[preview]'."


def _ignore_failed_settings(_schedule: Schedule, _exposure: ExposureSettings, _message: str) -> None:
    """Discard the reason why settings could not be used."""


def _ignore_gap(_reason: GapReason, _detail: str, _since: Instant, _until: Instant, _count: int) -> None:
    """Discard a gap."""


def _ignore_look(_look: Look) -> None:
    """Discard a picture of the focus aid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureCallbacks:
    """What capturing reports. `on_problem` receives a sentence for people, `on_gap` the missed slots.

    `on_preview` receives a capture with its preview (a small JPEG); previews are made while `wants_preview`
    returns True. `on_look` receives the pictures of the focus aid. `on_failed_settings` receives settings
    that were in force, and why they can't be used any more.
    """

    on_capture: Callable[[Capture], None]
    on_problem: Callable[[str], None]
    on_gap: GapCallback = _ignore_gap
    on_preview: Callable[[Capture, bytes], None] | None = None
    wants_preview: Callable[[], bool] = lambda: True
    on_look: Callable[[Look], None] = _ignore_look
    on_failed_settings: Callable[[Schedule, ExposureSettings, str], None] = _ignore_failed_settings


class CaptureSession:
    """Takes captures with one camera. `quota` and `reserve` limit the spool, in bytes."""

    def __init__(
        self,
        camera: Camera,
        spool: Spool,
        clock: Clock,
        status: Status,
        callbacks: CaptureCallbacks,
        *,
        quota: int,
        reserve: int,
        focus: FocusAid | None = None,
    ) -> None:
        self._camera, self._spool, self._clock, self._status = camera, spool, clock, status
        self._callbacks, self._quota, self._reserve = callbacks, quota, reserve
        self._focus = focus or FocusAid()

    def capture_to_spool(self, interval_s: float) -> Capture:
        """Take one capture and put it into the spool. AgentError when that fails."""
        self._make_room()
        target, moment = self._fresh_path("image"), self._clock.now()
        is_look = self._focus.due_in_s() <= 0 and not self._camera.is_replayed
        preview = self._fresh_path("preview") if is_look or self._wants_preview() else None
        centre = self._fresh_path("centre") if is_look else None
        image = self._expose_to_file(target, interval_s, preview, centre)
        capture_id = new_capture_id("cam", self._spool.last_sequence() + 1)
        capture = self._spool.put(
            target,
            capture=capture_id,
            filename=image.filename,
            filetype=image.filetype,
            captured_at=moment,
            exposure=_exposure_with_measurement(image),
            cause=_current_cause(),
        )
        if capture is None:
            raise SpoolError(f"The spool has had a capture {capture_id} before.", "Try again.")
        self._status.last_capture = capture
        self._callbacks.on_capture(capture)
        if preview:
            self._pass_preview(capture)
        if is_look:
            self._pass_centre(moment)
        return capture

    def _pass_preview(self, capture: Capture) -> None:
        """Pass the preview on. The capture is in the spool, so no failure here may cost it."""
        try:
            if self._callbacks.on_preview is not None and (content := self._read("preview")):
                self._callbacks.on_preview(capture, content)
        except SpoolError as error:
            if self._status.set_problem("preview", str(error)):
                self._callbacks.on_problem(str(error))
        else:
            self._status.clear_problem("preview")

    def _pass_centre(self, moment: Instant) -> None:
        """Pass the centre to the focus aid. The capture is in the spool, so no failure here may cost it."""
        with self._focus.attempt():
            centre = self._read("centre")
            if not centre:
                raise DriverError("The picture can't be shown.", NEEDS_PILLOW)
            self._callbacks.on_look(Look(whole=b"", centre=centre, captured_at=moment))

    def preview(self, interval_s: float) -> bytes:
        """Return a small JPEG of what the camera sees now; nothing is kept. AgentError when that fails."""
        target = self._fresh_path("preview-of")
        self._expose_to_file(target, interval_s, self._fresh_path("preview"))
        target.unlink(missing_ok=True)
        if content := self._read("preview"):
            return content
        raise DriverError(
            "No preview could be made of the picture.",
            NEEDS_PILLOW,
        )

    def look(self, within_s: float) -> Look:
        """Return what the lens sees now; nothing is kept, the exposure stays. AgentError when that fails."""
        target, moment = self._fresh_path("look"), self._clock.now()
        small, centre = self._fresh_path("preview"), self._fresh_path("centre")
        self._camera.look(target, within_s=within_s, preview=small, centre=centre)
        target.unlink(missing_ok=True)
        look = Look(whole=self._read("preview"), centre=self._read("centre"), captured_at=moment)
        if look.whole and look.centre:
            return look
        raise DriverError("The picture can't be shown.", NEEDS_PILLOW)

    def _expose_to_file(
        self, target: Path, interval_s: float, preview: Path | None, centre: Path | None = None
    ) -> CapturedImage:
        def take() -> CapturedImage | None:
            return self._camera.take_picture(target, interval_s=interval_s, preview=preview, centre=centre)

        # A finite source starts again at its end: a folder makes an endless camera.
        image = take() or take()
        if image is None:
            raise DriverError("The source has no pictures.", "Choose a source that has some.")
        problem = self._camera.problem
        if problem and self._status.set_problem("exposure", problem):
            self._callbacks.on_problem(problem)
        elif not problem:
            self._status.clear_problem("exposure")
        return image

    def _wants_preview(self) -> bool:
        return self._callbacks.on_preview is not None and self._callbacks.wants_preview()

    def _fresh_path(self, name: str) -> Path:
        path = self._spool.incoming / name
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SpoolError(
                f"{path} can't be removed: {error}.", "Check that the card is writable."
            ) from error
        return path

    def _read(self, name: str) -> bytes:
        path = self._spool.incoming / name
        try:
            content = path.read_bytes() if path.exists() else b""
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SpoolError(f"The preview {path} can't be read: {error}.", "Check the card.") from error
        return content

    def _make_room(self) -> None:
        freed = self._spool.make_room(quota=self._quota, reserve=self._reserve)
        if freed.thinned:
            self._callbacks.on_problem(
                f"The card is full: {freed.thinned} pending captures were dropped, evenly spread."
            )
        if freed.bytes:
            self._status.set_problem(
                "disk", "The card is full: the backlog is thinned out to go on capturing."
            )
        else:
            self._status.clear_problem("disk")


def _current_cause() -> dict[str, str]:
    """Headers that name the current action: the capture is delivered below it, be it days later."""
    headers: dict[str, str] = {}
    inject(headers, current_origin())
    return headers


def _exposure_with_measurement(image: CapturedImage) -> dict[str, ExposureValue]:
    """An image's exposure together with its measured brightness, by which a movie can be deflickered."""
    values = {name: value for name, value in image.exposure.items() if _is_sendable({name: value})}
    if image.measurement is not None:
        values |= {
            "luminance": round(image.measurement.luminance, 5),
            "clipped": round(image.measurement.clipped, 5),
        }
    return values


def _is_sendable(exposure: Mapping[str, ExposureValue]) -> bool:
    """Whether the server takes such an exposure; it would refuse the picture for good (a NaN, say)."""
    try:
        check_object("exposure", dict(exposure), EXPOSURE_BYTES)
    except ValueError:
        return False
    return True
