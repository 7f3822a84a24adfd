"""Names of the arguments of picamera2's methods that we use, read from its source.

The double must have the same ones. To record those of a newer release, unpack its sdist
(``pip download --no-deps --no-binary :all: picamera2``) and run
``python -m tests.doubles.signatures FOLDER > tests/doubles/picamera2.json``.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

USED = {
    "Picamera2": {"__init__", "global_camera_info", "create_still_configuration", "configure", "start"}
    | {"set_controls", "capture_metadata", "capture_request", "close", "stop"},
    "CompletedRequest": {"get_metadata", "save", "save_dng"},
}
RECORDED = Path(__file__).with_name("picamera2.json")


def signatures(path: Path) -> dict[str, list[str]]:
    """Read them without importing, which would need libcamera."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and node.name in USED:
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name in USED[node.name]:
                    arguments = method.args.posonlyargs + method.args.args + method.args.kwonlyargs
                    found[f"{node.name}.{method.name}"] = [one.arg for one in arguments]
    return found


if __name__ == "__main__":
    source = Path(sys.argv[1])
    real = signatures(source / "picamera2" / "picamera2.py") | signatures(source / "picamera2" / "request.py")
    sys.stdout.write(json.dumps({"release": source.name, "signatures": real}, indent=2) + "\n")
