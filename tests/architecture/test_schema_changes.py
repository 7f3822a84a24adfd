"""A change of the GraphQL schema that breaks its clients is named before it is written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BEFORE = "type Query { camera(id: ID!): Camera } type Camera { name: String! state: String! }"


def breaking(after: str) -> str:
    """Ask in a process of its own: scripts are no package."""
    asked = "import sys; from schema_changes import breaking; print(*breaking(*sys.argv[1:]), sep='\\n')"
    command = [sys.executable, "-c", asked, BEFORE, after]
    return subprocess.run(
        command, cwd=ROOT / "scripts", check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.parametrize(
    ("after", "named"),
    [
        (BEFORE.replace(" state: String!", ""), "Camera.state"),
        (BEFORE.replace("state: String!", "state: String"), "Camera.state"),
        (BEFORE.replace("(id: ID!)", "(id: ID!, at: Int!)"), "Query.camera"),
    ],
)
def test_what_breaks_a_client_is_named(after, named):
    assert named in breaking(after)


def test_what_is_added_breaks_nobody():
    assert breaking(BEFORE.replace("state: String!", "state: String! model: String!")) == ""
