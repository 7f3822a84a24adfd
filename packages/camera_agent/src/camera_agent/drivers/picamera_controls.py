"""libcamera's controls: parsed from settings, locked as measured, compared with a frame's metadata."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from camera_agent.errors import BadInput

Value = int | float | bool | tuple[float, ...]
#: Lowest, highest and usual value.
Control = tuple[Value, Value, Value | None]
Controls = Mapping[str, Value]
Metadata = Mapping[str, Value]

#: Relative tolerances: a sensor rounds exposure to its lines, and gain to its steps.
TOLERANCES: Mapping[str, float] = {"ExposureTime": 0.02, "AnalogueGain": 0.05, "ColourGains": 0.02}


def parse(text: str, known: Mapping[str, Control]) -> dict[str, Value]:
    """Parse `Name=value, Name=value`. BadInput for a name or value that the camera does not have."""
    found: dict[str, Value] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = (one.strip() for one in part.partition("="))
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            guess = f"Did you mean {close[0]!r}?" if close else f"It has: {', '.join(sorted(known))}."
            raise BadInput(f"This camera has no control {name!r}.", guess)
        found[name] = _value(name, value, known[name])
    return found


def _value(name: str, text: str, control: Control) -> Value:
    lowest, highest, _ = control
    if isinstance(lowest, bool):
        if text.lower() not in ("true", "false"):
            raise BadInput(f"The control {name} can't be {text!r}.", "It can be: true, false.")
        return text.lower() == "true"
    try:
        value = float(text)
    except ValueError:
        raise BadInput(f"The control {name} is a number, and can't be {text!r}.") from None
    if isinstance(lowest, tuple) or isinstance(highest, tuple):
        raise BadInput(f"The control {name} takes several numbers, and can't be set here.")
    if not lowest <= value <= highest:
        raise BadInput(f"The control {name} can't be {text}.", f"It goes from {lowest:g} to {highest:g}.")
    return int(value) if isinstance(lowest, int) else value


def locked(metadata: Metadata) -> dict[str, Value]:
    """Return controls that keep a frame's exposure and white balance."""
    kept: dict[str, Value] = {"AeEnable": False, "AwbEnable": False}
    kept |= {name: metadata[name] for name in TOLERANCES if name in metadata}
    return kept


def metadata_matches(metadata: Metadata, wanted: Controls) -> bool:
    """Whether a frame was taken with the requested controls, as far as its metadata shows."""
    return all(
        _close(metadata[name], wanted[name], tolerance)
        for name, tolerance in TOLERANCES.items()
        if name in wanted and name in metadata
    )


def _close(actual: Value, wanted: Value, tolerance: float) -> bool:
    actual_all = actual if isinstance(actual, tuple) else (actual,)
    wanted_all = wanted if isinstance(wanted, tuple) else (wanted,)
    return len(actual_all) == len(wanted_all) and all(
        abs(one - other) <= tolerance * abs(other) for one, other in zip(actual_all, wanted_all, strict=True)
    )
