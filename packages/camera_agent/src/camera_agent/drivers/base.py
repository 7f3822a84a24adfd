"""What a driver is: five methods. Everything else (schedule, ramp, spool, restart) is the agent's work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from camera_agent.exposure import Exposure, ExposureLimits, Measurement
    from camera_agent.frame import ExposureValue

Option = str | int | float | bool
Options = Mapping[str, Option]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFile:
    """Something in a source that is no capture, by name, and why."""

    name: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a driver says of itself once it is open.

    A driver with `finite` gives captures as fast as it is asked and then None; `total` is how many, if known.
    A driver with `exposes` can be told how to expose within those limits, and tells `shutter_s` and `gain`
    with each shot; one without is never told.
    """

    model: str
    finite: bool = False
    total: int | None = None
    skipped: tuple[SkippedFile, ...] = ()
    exposure_limits: ExposureLimits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedImage:
    """One picture that a driver has written: its own name for it, MIME type, how it was exposed.

    `seen` is measured by the agent's own code in the driver's process, when a ramp needs it.
    """

    filename: str
    filetype: str
    exposure: Mapping[str, ExposureValue] = field(default_factory=dict)
    measurement: Measurement | None = None


class Driver(Protocol):
    """A camera. Errors: `DriverError` for a camera that refuses, `BadInput` for options that can't work."""

    #: The options `open` understands; any other is refused by the agent with a guess.
    option_names: ClassVar[frozenset[str]]

    def open(self, options: Options) -> Description:
        """Take hold of the camera and say what it is."""
        ...

    def set_exposure(self, wanted: Exposure | None) -> None:
        """Expose all captures from now on like this, as nearly as can be; None: automatically.

        Only called when the description has `exposes`. What was set is read back: DriverError if it differs.
        """
        ...

    def capture(self, target: Path) -> CapturedImage | None:
        """Write one picture to `target`; None when a finite source has no more."""
        ...

    def health(self) -> Mapping[str, ExposureValue]:
        """What the camera tells of itself (battery, temperature, ...); may be empty."""
        ...

    def close(self) -> None:
        """Let go of the camera; never fails."""
        ...
