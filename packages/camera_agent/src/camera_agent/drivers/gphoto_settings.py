"""Settings of a camera on libgphoto2, checked before they are set and read back afterwards.

libgphoto2 has been observed to crash the interpreter on a value that is not among a setting's choices, and to
set another value silently.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import gphoto2 as gp

from camera_agent.errors import BadInput, DriverError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Kind = Literal["choice", "text", "number", "switch"]

KINDS: Mapping[int, Kind] = {
    gp.GP_WIDGET_RADIO: "choice",
    gp.GP_WIDGET_MENU: "choice",
    gp.GP_WIDGET_TEXT: "text",
    gp.GP_WIDGET_RANGE: "number",
    gp.GP_WIDGET_TOGGLE: "switch",
}
#: How many of a setting's choices an error message names.
SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of a camera, as it is now. `limits` belongs to numbers (lowest, highest, step)."""

    name: str
    kind: Kind
    value: str
    choices: tuple[str, ...] = ()
    limits: tuple[float, float, float] = (0.0, 0.0, 0.0)
    read_only: bool = False

    @classmethod
    def find(cls, camera: gp.Camera, names: Sequence[str]) -> Setting | None:
        """The first of `names` that the camera has; None when it has none of them."""
        for name in names:
            try:
                widget = camera.get_single_config(name)
            except gp.GPhoto2Error as error:
                if error.code in (gp.GP_ERROR_BAD_PARAMETERS, gp.GP_ERROR_NOT_SUPPORTED):
                    continue
                raise
            if kind := KINDS.get(widget.get_type()):
                return cls(
                    name=name,
                    kind=kind,
                    value=str(widget.get_value()),
                    choices=tuple(widget.get_choices()) if kind == "choice" else (),
                    limits=tuple(widget.get_range()) if kind == "number" else (0.0, 0.0, 0.0),
                    read_only=bool(widget.get_readonly()),
                )
        return None


def check(setting: Setting, value: str) -> str | float | int:
    """Return what to write so that `setting` becomes `value`. BadInput when that is not possible."""
    if setting.read_only:
        raise BadInput(f"The camera lets {setting.name!r} be read, not set; it is {setting.value!r}.")
    match setting.kind:
        case "choice" if value not in setting.choices:
            close = difflib.get_close_matches(value, setting.choices, n=1)
            few = ", ".join(setting.choices[:SHOWN]) + (" ..." if len(setting.choices) > SHOWN else "")
            guess = f"Did you mean {close[0]!r}? " if close else ""
            raise BadInput(f"{setting.name!r} can't be {value!r}.", f"{guess}It can be: {few}.")
        case "switch":
            if value.lower() not in ("true", "false", "1", "0"):
                raise BadInput(f"{setting.name!r} can't be {value!r}.", "It can be: true, false.")
            return int(value.lower() in ("true", "1"))
        case "number":
            return _number(setting, value)
    return value


def _number(setting: Setting, value: str) -> float:
    lowest, highest, _step = setting.limits
    try:
        number = float(value)
    except ValueError:
        raise BadInput(f"{setting.name!r} is a number, and can't be {value!r}.") from None
    if not lowest <= number <= highest:
        raise BadInput(f"{setting.name!r} can't be {value}.", f"It goes from {lowest:g} to {highest:g}.")
    return number


def write(camera: gp.Camera, setting: Setting, value: str) -> None:
    """Set a value and read it back. DriverError when the camera has set another one."""
    wanted = check(setting, value)
    widget = camera.get_single_config(setting.name)
    widget.set_value(wanted)
    camera.set_single_config(setting.name, widget)
    now = camera.get_single_config(setting.name).get_value()
    if str(now) != str(wanted):
        raise DriverError(
            f"The camera was to set {setting.name!r} to {value!r} and set it to {now!r}.",
            "Turn its mode dial to M, or leave this option out.",
        )


def parse_extra(text: str) -> dict[str, str]:
    """Settings written as `name=value, name=value`. BadInput for anything else."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise BadInput(
                f"{part!r} is no setting of a camera.", "Write config as 'name=value, name=value'."
            )
        found[name.strip()] = value.strip()
    return found
