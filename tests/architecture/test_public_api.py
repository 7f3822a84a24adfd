"""What users may rely on: the names in `__all__` and their signatures, compared with the snapshot beside.

After an intended change: `python -m tests.architecture.test_public_api`, and a line in the changelog.
"""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

PACKAGES = ("camera_agent.testing", "eliot_progress", "fsmlock", "queue_insight")
ROOTS = {package.partition(".")[0] for package in PACKAGES}
SNAPSHOT = Path(__file__).with_name("public_api.txt")


def described(name: str, value: object) -> list[str]:
    """Return a line for a public thing, and one for each public function of a class of ours."""
    if not inspect.isclass(value):
        return [f"{name}{signature(value)}"]
    lines = [f"class {name}({', '.join(base.__name__ for base in value.__bases__)})"]
    if is_ours(own := vars(value).get("__init__")):
        lines.append(f"{name}.__init__{signature(own)}")
    for member, static in sorted(vars(value).items()):
        function = getattr(static, "__func__", getattr(static, "fget", static))
        if not member.startswith("_") and is_ours(function):
            lines.append(f"{name}.{member}{signature(function)}")
    return lines


def is_ours(function: object) -> bool:
    """Whether a function was written here, or by a decorator of ours; not one that Django adds to a model."""
    return inspect.isfunction(function) and function.__module__.partition(".")[0] in ROOTS


def signature(value: object) -> str:
    return str(inspect.signature(value)) if inspect.isroutine(value) else ""


def public_api() -> str:
    lines = []
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in sorted(module.__all__):
            lines += described(f"{package}.{name}", getattr(module, name))
    return "\n".join(lines) + "\n"


PROCESS = """if 1:
    import os
    os.environ["DJANGO_SETTINGS_MODULE"] = "timelapse.project.testing"
    import django
    django.setup()
    from tests.architecture.test_public_api import public_api
    print(public_api(), end="")
"""


def in_a_project() -> str:
    """Return the same from a process with a configured Django."""
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", PROCESS], cwd=root, capture_output=True, text=True, check=True
    ).stdout


def test_the_public_names_and_signatures_are_those_of_the_snapshot():
    assert in_a_project() == SNAPSHOT.read_text(), (
        "Changed on purpose? python -m tests.architecture.test_public_api"
    )


if __name__ == "__main__":
    SNAPSHOT.write_text(in_a_project())
