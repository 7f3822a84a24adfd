"""The golden messages of the protocol, where the documentation keeps them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "docs" / "reference" / "agent-protocol"


def golden(name: str) -> dict:
    path = FOLDER / f"{name}.json"
    if not path.exists():
        pytest.skip("the golden messages lie in the repository, not in the package")
    return json.loads(path.read_text())
