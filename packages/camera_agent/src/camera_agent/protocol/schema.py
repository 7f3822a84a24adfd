"""Prints the JSON Schema of the protocol: ``python -m camera_agent.protocol.schema``."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from camera_agent.protocol.captures import CaptureMetadata
from camera_agent.protocol.messages import (
    ErrorAnswer,
    Heartbeat,
    HeartbeatAnswer,
    PairingAnswer,
    PairingRequest,
    Records,
    RecordsAnswer,
    TokenAnswer,
    TokenRequest,
)
from camera_agent.protocol.settings import CameraSettings

TYPES: Final = (
    CameraSettings,
    CaptureMetadata,
    ErrorAnswer,
    Heartbeat,
    HeartbeatAnswer,
    PairingAnswer,
    PairingRequest,
    Records,
    RecordsAnswer,
    TokenAnswer,
    TokenRequest,
)


def json_schema() -> dict[str, Any]:
    """Return the definitions of all settings and messages, by name."""
    _, components = msgspec.json.schema_components(TYPES, ref_template="#/$defs/{name}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": components}


def main() -> None:
    """Print the schema."""
    print(json.dumps(json_schema(), indent=2, sort_keys=True, ensure_ascii=False))  # noqa: T201 - its output


if __name__ == "__main__":
    main()
