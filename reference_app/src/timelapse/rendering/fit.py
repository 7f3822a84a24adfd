"""How a picture of another shape than the movie's is fitted into it. Pure."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, Self, get_args

Mode = Literal["contain", "cover", "blurred_bars"]
MODES: Final[tuple[Mode, ...]] = get_args(Mode)


@dataclass(frozen=True, slots=True)
class Focus:
    """A point of a picture: how far it is from the left and from the top, in percent."""

    x: float
    y: float


#: The names of nine points of a picture.
FOCUSES: Final = {
    "center": Focus(50.0, 50.0),
    "top": Focus(50.0, 0.0),
    "bottom": Focus(50.0, 100.0),
    "left": Focus(0.0, 50.0),
    "right": Focus(100.0, 50.0),
    "top-left": Focus(0.0, 0.0),
    "top-right": Focus(100.0, 0.0),
    "bottom-left": Focus(0.0, 100.0),
    "bottom-right": Focus(100.0, 100.0),
}
_PERCENT: Final = r"\s*(\d{1,3}(?:\.\d{1,3})?)\s*%?\s*"
_POINT: Final = re.compile(f"{_PERCENT},{_PERCENT}", re.ASCII)
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What happens to a picture of another shape.

    - ``contain``: it is shown whole, on black.
    - ``cover``: it fills the movie, and what is too much is cropped. ``focus`` is the point that is as near
      to the middle as the crop allows.
    - ``blurred_bars``: it is shown whole, on itself, enlarged and blurred.
    """

    mode: Mode = "contain"
    focus: Focus = FOCUSES["center"]

    @classmethod
    def of(cls, mode: Mode, focus: Focus) -> Self:
        """Return the fit without a focus that changes nothing, so that equal pixels have equal keys."""
        return cls(mode=mode, focus=focus) if mode == "cover" else cls(mode=mode)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what ``to_json`` wrote."""
        return cls(mode=data["mode"], focus=Focus(**data["focus"]))


#: The whole picture, on black.
CONTAIN: Final = Fit()


def focus_of(text: str) -> Focus | None:
    """Return the point that a text means: a name, or ``30,70`` (percent from left and top); None if none."""
    if found := FOCUSES.get(text):
        return found
    point = _POINT.fullmatch(text)
    if point is None:
        return None
    x, y = (float(part) for part in point.groups())
    return Focus(x, y) if max(x, y) <= _WHOLE else None
