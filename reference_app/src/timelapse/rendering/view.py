"""Which part of its picture each frame shows: a movie zooms and pans from one view to another. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from timelapse.rendering.fit import Focus

_WHOLE = 100
#: Digits of a share that can be seen: a thousandth of a pixel of a picture of a thousand.
_DIGITS = 6


class View(NamedTuple):
    """A part of a picture, of its shape: where it begins and how long it is, in shares of both sides."""

    left: float
    top: float
    share: float

    @classmethod
    def of(cls, zoom: float, focus: Focus) -> View:
        """Return the part that is enlarged ``zoom`` times (1: the whole).

        The focus says where it is in the picture: at 0 at the left or top edge, at 100 at the other.
        """
        share = 1 / zoom
        return cls((1 - share) * focus.x / _WHOLE, (1 - share) * focus.y / _WHOLE, share)


def between(begin: View, end: View, count: int) -> list[View]:
    """Return the views of ``count`` frames, which go from one to the other in equal steps."""
    steps = max(1, count - 1)
    return [
        View(*(round(a + (b - a) * number / steps, _DIGITS) for a, b in zip(begin, end, strict=True)))
        for number in range(count)
    ]
