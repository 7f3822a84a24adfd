"""The golden messages of the protocol, which the package ships."""

from __future__ import annotations

import json
from importlib.resources import files

FOLDER = files("camera_agent.protocol") / "golden"


def golden(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text())
