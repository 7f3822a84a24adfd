"""The messages between the agent and a driver's process: one JSON object per line."""

from __future__ import annotations

import errno
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from camera_agent.drivers.base import CapturedImage, Description, SkippedFile
from camera_agent.errors import AgentError, BadInput, DriverError
from camera_agent.exposure import Exposure, ExposureLimits, Measurement

if TYPE_CHECKING:
    from camera_agent.home import Json

#: What is no driver's fault: the card is full, or can't be written.
_OF_THE_CARD = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
#: Longer lines are no responses.
LINE_LIMIT = 1 << 24


def encode(message: dict[str, Json]) -> bytes:
    """Encode a message as one line."""
    return json.dumps(message).encode() + b"\n"


def description_message(description: Description) -> dict[str, Json]:
    """Return the response to `open`."""
    return {"ok": {**asdict(description), "skipped": [asdict(one) for one in description.skipped]}}


def image_message(image: CapturedImage | None) -> dict[str, Json]:
    """Return the response to `capture`."""
    if image is None:
        return {"ok": None}
    return {
        "ok": {
            "filename": image.filename,
            "filetype": image.filetype,
            "exposure": dict(image.exposure),
            "measurement": None if image.measurement is None else asdict(image.measurement),
            "captured_ns": image.captured_ns,
            "path": image.path,
        }
    }


def exposure_message(wanted: Exposure | None) -> Json:
    """Return an exposure's JSON form."""
    return None if wanted is None else asdict(wanted)


def exposure_from_message(content: Json) -> Exposure | None:
    """Read an exposure's JSON form."""
    return Exposure(**_numbers(content)) if isinstance(content, dict) else None


def error_message(error: Exception) -> dict[str, Json]:
    """Return the response for an error."""
    if isinstance(error, AgentError):
        kind = "bad_input" if isinstance(error, BadInput) else "camera"
        return {"error": {"kind": kind, "message": error.message, "remedy": error.remedy}}
    if isinstance(error, OSError) and error.errno in _OF_THE_CARD:
        return {"error": {"kind": "camera", "message": f"{error.strerror}.", "remedy": "Check the card."}}
    return {"error": {"kind": "camera", "message": f"{type(error).__name__}: {error}", "remedy": ""}}


def result(message: dict[str, Json]) -> dict[str, Json] | None:
    """Return a response's content; raise the error that it carries."""
    if isinstance(error := message.get("error"), dict):
        kind = BadInput if error.get("kind") == "bad_input" else DriverError
        raise kind(str(error.get("message", "")), str(error.get("remedy", "")))
    content = message.get("ok")
    return content if isinstance(content, dict) else None


def description_from_message(content: dict[str, Json] | None) -> Description:
    """Read the response to `open`."""
    fields = content or {}
    total, skipped, exposure_limits = (
        fields.get("total"),
        fields.get("skipped"),
        fields.get("exposure_limits"),
    )
    return Description(
        model=_text(fields.get("model", "")),
        finite=bool(fields.get("finite")),
        total=total if isinstance(total, int) else None,
        skipped=tuple(
            SkippedFile(name=_text(item["name"]), code=_text(item["code"]), message=_text(item["message"]))
            for item in (skipped if isinstance(skipped, list) else [])
            if isinstance(item, dict)
        ),
        exposure_limits=_limits(exposure_limits) if isinstance(exposure_limits, dict) else None,
        note=_text(fields.get("note", "")),
    )


def _limits(content: dict[str, Json]) -> ExposureLimits:
    gain = content.get("gain")
    lowest, highest = gain if isinstance(gain, list) else (1.0, 1.0)
    numbers = _numbers(content)
    steps = int(numbers.pop("steps", 0))
    return ExposureLimits(gain=(_number(lowest), _number(highest)), steps=steps, **numbers)


def _numbers(content: dict[str, Json]) -> dict[str, float]:
    return {name: _number(value) for name, value in content.items() if isinstance(value, int | float)}


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def image_from_message(content: dict[str, Json] | None) -> CapturedImage | None:
    """Read the response to `capture`."""
    if content is None:
        return None
    exposure, measurement = content.get("exposure"), content.get("measurement")
    captured_ns = content.get("captured_ns")
    return CapturedImage(
        filename=_text(content["filename"]),
        filetype=_text(content["filetype"]),
        exposure={
            key: value
            for key, value in (exposure if isinstance(exposure, dict) else {}).items()
            if not isinstance(value, list | dict)
        },
        measurement=Measurement(**_numbers(measurement)) if isinstance(measurement, dict) else None,
        captured_ns=captured_ns if isinstance(captured_ns, int) else None,
        path=_text(content.get("path", ""), "backslashreplace"),
    )


def _text(value: Json, errors: str = "replace") -> str:
    """Return a text that UTF-8 can hold: the name of a file may be of another encoding."""
    return str(value).encode("utf-8", errors).decode()
