"""The secret key of an embedded installation: generated once, stored in its home."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def secret_key(home: Path) -> str:
    """Return the key in ``home/secret_key``, generated once, also by concurrent first calls."""
    path = home / "secret_key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=home)  # only its owner may read it
        candidate = Path(name)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with suppress(FileExistsError):  # another process was first: its key counts
            path.hardlink_to(candidate)
        candidate.unlink()
    return path.read_text()
