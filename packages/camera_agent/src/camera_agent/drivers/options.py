"""Reads a driver's options, with an error message for invalid ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from camera_agent.errors import BadInput

if TYPE_CHECKING:
    from camera_agent.drivers.base import Options


def number(options: Options, name: str, default: float) -> float:
    """Return a number, or `default` where there is none. BadInput for what is no number."""
    value = options.get(name, default)
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise BadInput(f"The option {name} must be a number, and is {value!r}.", f"Try {name} = {default:g}.")
    return found


def whole(options: Options, name: str, default: int) -> int:
    """Return a whole number, or `default` where there is none. BadInput for what is no number."""
    return int(number(options, name, default))
