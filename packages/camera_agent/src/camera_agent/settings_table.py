"""Checks names and types of the agent's own settings."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Any, cast

from camera_agent.errors import BadInput
from camera_agent.protocol.reading import shown

if TYPE_CHECKING:
    from dataclasses import Field

#: From here on a whole number is none of a setting.
LARGEST = 10**100

Setting = str | float
#: Returns where a setting (`schedule.windows`) was set, for error messages.
Where = Callable[[str], str]

EXPECTED: Mapping[type, str] = {float: "a number", str: "a text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidSetting:
    """A setting that can't work: its name, the reason and the remedy."""

    name: str
    message: str
    remedy: str = ""


def raise_if_invalid(invalid: InvalidSetting | None, *, where: Where, prefix: str = "") -> None:
    """Raise BadInput for an invalid setting, with the place where it was set."""
    if invalid is not None:
        raise BadInput(f"{where(prefix + invalid.name)}: {invalid.message}", invalid.remedy)


def unknown_setting(name: str, known: Mapping[str, object], *, place: str) -> BadInput:
    """Return the error for an unknown setting."""
    close = difflib.get_close_matches(name, known, n=1)
    suggestion = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(known)}."
    return BadInput(f"{place}: {name!r} is not a setting.", suggestion)


def kind_of(field: Field[Any]) -> type:
    """Return the type of a field's value, which is that of its default."""
    default = field.default if field.default is not MISSING else cast("Any", field.default_factory)()
    return type(default)


def typed(name: str, value: object, kind: type, *, place: str) -> Setting:
    """Return a value converted to its type, a float or a text. BadInput when it is of another one."""
    if isinstance(value, int) and abs(value) >= LARGEST:
        raise BadInput(f"{place}: {name} can't be {shown(value)}.")
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind is str and isinstance(value, str):
        return value
    if kind is str and isinstance(value, date | time):  # TOML has types for them
        return value.isoformat()
    raise BadInput(f"{place}: {name} must be {EXPECTED[kind]}, and is {shown(value)}.")
