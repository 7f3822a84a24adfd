"""The interface of a driver: five methods. Schedule, ramp, spool and restarts are the agent's work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from camera_agent.captures import ExposureValue
    from camera_agent.exposure import Exposure, ExposureLimits, Measurement

Option = str | int | float | bool
Options = Mapping[str, Option]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFile:
    """A file of a source that is no picture, by name, with the reason."""

    name: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a driver reports about itself once it is open.

    A `finite` driver returns `total` images (if known), as fast as they are requested, then None. A driver
    with `exposure_limits` accepts exposures within them, and returns `shutter_s` and `gain` with each image.
    `note` is a sentence for the person who started a finite driver, such as the order of the pictures.
    """

    model: str
    finite: bool = False
    total: int | None = None
    skipped: tuple[SkippedFile, ...] = ()
    exposure_limits: ExposureLimits | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedImage:
    """A picture that a driver has written: the camera's name for it, its MIME type and its exposure.

    `measurement` is made by the agent's code in the driver's process, when a ramp needs it. `captured_ns` is
    set for a picture that was captured earlier: Unix nanoseconds by the clock of its camera. `path` tells the
    pictures of a finite source apart, also when the source has got more of them meanwhile.
    """

    filename: str
    filetype: str
    exposure: Mapping[str, ExposureValue] = field(default_factory=dict)
    measurement: Measurement | None = None
    captured_ns: int | None = None
    path: str = ""


class Driver(Protocol):
    """A camera. Raises `DriverError` when the camera refuses, `BadInput` for options that can't work."""

    #: The options that `open` accepts; the agent refuses any other, with a suggestion.
    option_names: ClassVar[frozenset[str]]

    def open(self, options: Options) -> Description:
        """Open the camera and describe it."""
        ...

    def set_exposure(self, exposure: Exposure | None) -> None:
        """Expose all further captures like this, as nearly as possible; None: automatically.

        Only called when the description has `exposure_limits`. Read back what was set, and raise DriverError
        if it differs.
        """
        ...

    def capture(self, target: Path) -> CapturedImage | None:
        """Write one picture to `target`; None at the end of a finite source."""
        ...

    def health(self) -> Mapping[str, ExposureValue]:
        """Return what the camera reports about itself (battery, temperature, ...); may be empty."""
        ...

    def close(self) -> None:
        """Close the camera. Never fails."""
        ...
