"""What the agent and a driver's process say to each other: one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from camera_agent.drivers.base import Description, LeftOut, Shot
from camera_agent.errors import AgentError, BadInput, DriverError
from camera_agent.exposure import Exposure, Limits, Seen

if TYPE_CHECKING:
    from camera_agent.home import Json

#: A line longer than this is no answer but noise.
LINE_LIMIT = 1 << 24


def encode(message: dict[str, Json]) -> bytes:
    """One line."""
    return json.dumps(message).encode() + b"\n"


def description_message(description: Description) -> dict[str, Json]:
    """An opened driver's answer."""
    return {"ok": {**asdict(description), "left_out": [asdict(one) for one in description.left_out]}}


def shot_message(shot: Shot | None) -> dict[str, Json]:
    """A capture's answer."""
    if shot is None:
        return {"ok": None}
    return {
        "ok": {
            "filename": shot.filename,
            "filetype": shot.filetype,
            "exposure": dict(shot.exposure),
            "seen": None if shot.seen is None else asdict(shot.seen),
        }
    }


def exposure_message(wanted: Exposure | None) -> Json:
    """How captures shall be exposed."""
    return None if wanted is None else asdict(wanted)


def exposure_of(content: Json) -> Exposure | None:
    """The value of it."""
    return Exposure(**_numbers(content)) if isinstance(content, dict) else None


def error_message(error: Exception) -> dict[str, Json]:
    """A refusal, known or not."""
    if isinstance(error, AgentError):
        kind = "bad_input" if isinstance(error, BadInput) else "camera"
        return {"error": {"kind": kind, "message": error.message, "remedy": error.remedy}}
    return {"error": {"kind": "camera", "message": f"{type(error).__name__}: {error}", "remedy": ""}}


def result(message: dict[str, Json]) -> dict[str, Json] | None:
    """An answer's content, or the error it carries, raised."""
    if isinstance(error := message.get("error"), dict):
        kind = BadInput if error.get("kind") == "bad_input" else DriverError
        raise kind(str(error.get("message", "")), str(error.get("remedy", "")))
    content = message.get("ok")
    return content if isinstance(content, dict) else None


def description_of(content: dict[str, Json] | None) -> Description:
    """The value a driver's process described itself by."""
    fields = content or {}
    total, left_out, exposes = fields.get("total"), fields.get("left_out"), fields.get("exposes")
    return Description(
        model=str(fields.get("model", "")),
        finite=bool(fields.get("finite")),
        total=total if isinstance(total, int) else None,
        left_out=tuple(
            LeftOut(name=str(item["name"]), code=str(item["code"]), message=str(item["message"]))
            for item in (left_out if isinstance(left_out, list) else [])
            if isinstance(item, dict)
        ),
        exposes=_limits(exposes) if isinstance(exposes, dict) else None,
    )


def _limits(content: dict[str, Json]) -> Limits:
    gain = content.get("gain")
    lowest, highest = gain if isinstance(gain, list) else (1.0, 1.0)
    numbers = _numbers(content)
    steps = int(numbers.pop("steps", 0))
    return Limits(gain=(_number(lowest), _number(highest)), steps=steps, **numbers)


def _numbers(content: dict[str, Json]) -> dict[str, float]:
    return {name: _number(value) for name, value in content.items() if isinstance(value, int | float)}


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def shot_of(content: dict[str, Json] | None) -> Shot | None:
    """The value of a capture's answer."""
    if content is None:
        return None
    exposure, seen = content.get("exposure"), content.get("seen")
    return Shot(
        filename=str(content["filename"]),
        filetype=str(content["filetype"]),
        exposure={
            key: value
            for key, value in (exposure if isinstance(exposure, dict) else {}).items()
            if not isinstance(value, list | dict)
        },
        seen=Seen(**_numbers(seen)) if isinstance(seen, dict) else None,
    )
