"""A camera without hardware: a drawn landscape, 20 stops darker by night than at noon."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, ClassVar

from PIL import Image

from camera_agent.drivers.base import CapturedImage, Description, Options
from camera_agent.drivers.daylight import stops_below_noon
from camera_agent.drivers.landscape import Landscape
from camera_agent.drivers.options import number, whole
from camera_agent.errors import BadInput
from camera_agent.exposure import Exposure, ExposureLimits, split

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from camera_agent.captures import ExposureValue

DAY_S = 600.0
LIMITS = ExposureLimits(shortest_s=1 / 8000, longest_s=30.0, gain=(1.0, 64.0), bulb_s=600.0)
#: The exposure that is right at noon, in stops: a thousandth of a second.
NOON = math.log2(1 / 1000)


class SimulatedDriver:
    """Draws what a camera would see now. Options: `seed`, `width`, `height`, `day_s` (seconds in a day).

    The hour follows the wall clock: with `day_s = 86400` it is the true hour (UTC), with the default of 600 a
    whole day goes by in ten minutes. One seed and one moment always give the same picture; the option `at`
    (Unix seconds) holds the moment still.
    """

    option_names: ClassVar[frozenset[str]] = frozenset({"seed", "width", "height", "day_s", "at"})

    def __init__(self) -> None:
        self._landscape: Landscape | None = None
        self._day_s = DAY_S
        self._at: float | None = None
        self._exposure: Exposure | None = None

    def open(self, options: Options) -> Description:
        """Draw the static parts. BadInput for options out of range."""
        width, height = whole(options, "width", 1280), whole(options, "height", 720)
        self._day_s = number(options, "day_s", DAY_S)
        self._at = number(options, "at", 0.0) if "at" in options else None
        if not (64 <= width <= 8192 and 64 <= height <= 8192 and self._day_s > 0):
            raise BadInput(
                f"The simulated camera can't do {width}x{height} with a day of {self._day_s} s.",
                "Sizes go from 64 to 8192, days last longer than 0 s.",
            )
        self._landscape = Landscape(
            width=width - width % 2, height=height - height % 2, seed=whole(options, "seed", 1)
        )
        return Description(model="Simulated landscape", exposure_limits=LIMITS)

    def set_exposure(self, exposure: Exposure | None) -> None:
        """Set the exposure; None: by the light meter."""
        self._exposure = exposure

    def capture(self, target: Path) -> CapturedImage:
        """Draw the present moment."""
        if self._landscape is None:
            raise RuntimeError("the camera must be opened first")
        days = (time.time() if self._at is None else self._at) / self._day_s
        right = NOON + stops_below_noon(days)
        exposure = self._exposure or split(right, LIMITS)
        pixels = self._landscape.draw(days, off_stops=exposure.stops - right)
        Image.fromarray(pixels).save(target, "JPEG", quality=88)
        hour = days % 1 * 24
        return CapturedImage(
            filename=f"landscape-{int(hour):02d}{int(hour % 1 * 60):02d}.jpg",
            filetype="image/jpeg",
            exposure={
                "shutter_s": float(f"{exposure.shutter_s:.4g}"),
                "gain": float(f"{exposure.gain:.4g}"),
                "iso": round(100 * exposure.gain),
            },
        )

    def health(self) -> Mapping[str, ExposureValue]:
        """Return a battery that never runs down."""
        return {"battery_percent": 100}

    def close(self) -> None:
        """Do nothing: there is nothing to release."""
