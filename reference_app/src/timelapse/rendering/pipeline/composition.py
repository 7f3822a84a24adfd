"""What is added to a frame beside its picture. Pure.

A plan decides it for each frame, so that a segment knows nothing of its neighbors.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from timelapse.rendering.view import View

#: Increase it when the same composition makes other pixels.
_COMPOSING: Final = 1
#: Gains in finer steps than this change no pixel that anybody sees.
_STEPS_PER_EV: Final = 200
#: A fade has at most this many steps of light.
_STEPS_OF_LIGHT: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """How a frame differs from its picture.

    ``gain_ev`` brightens the picture, in exposure values (+1 doubles the light). ``label`` is written at the
    bottom left. ``light`` is the share of the whole frame's light, from 0 (black) to 1. ``card`` is a text
    in the middle of a black frame instead of a picture. ``steady`` says how far the picture's content is from
    where it belongs, to the right and down, in shares of its size; None: the picture isn't steadied. ``view``
    is the part of the picture that is shown; None: the whole.
    """

    gain_ev: float = 0.0
    label: str = ""
    light: float = 1.0
    card: str = ""
    steady: tuple[float, float] | None = None
    view: View | None = None

    @classmethod
    def of(
        cls,
        *,
        gain_ev: float = 0.0,
        label: str = "",
        light: float = 1.0,
        steady: tuple[float, float] | None = None,
        view: View | None = None,
    ) -> Self | None:
        """Return the composition in steps that can be seen; None if it changes nothing."""
        made = cls(
            gain_ev=round(gain_ev * _STEPS_PER_EV) / _STEPS_PER_EV or 0.0,
            label=label,
            light=round(min(1.0, max(0.0, light)) * _STEPS_OF_LIGHT) / _STEPS_OF_LIGHT,
            steady=steady,
            view=view,
        )
        return None if made == cls() else made

    @property
    def decisive(self) -> dict[str, Any]:
        """All that decides about the frame's pixels beside the picture, as JSON values."""
        return self.to_json() | {"composing": _COMPOSING}

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        # Without these defaults, so that segments keep the keys under which they were encoded before.
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what ``to_json`` wrote."""
        steady, view = data.get("steady"), data.get("view")
        return cls(**data | {"steady": steady and (steady[0], steady[1]), "view": view and View(*view)})


def fade(count: int, *, fade_in: int = 0, fade_out: int = 0) -> list[float]:
    """Return the share of light of each of ``count`` frames.

    The first ``fade_in`` frames rise from nearly black, the last ``fade_out`` sink to black.
    """
    return [
        min(
            1.0,
            (number + 1) / (fade_in + 1) if number < fade_in else 1.0,
            (count - 1 - number) / fade_out if count - 1 - number < fade_out else 1.0,
        )
        for number in range(count)
    ]
