"""The secret key of an embedded installation: made once, kept in its home."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(home: Path) -> str:
    """Read the key from ``home/secret_key``, made at the first call; two first calls at once agree on one key."""
    path = home / "secret_key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        candidate = home / f".secret_key.{os.getpid()}"
        descriptor = os.open(candidate, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            path.hardlink_to(candidate)
        except FileExistsError:
            pass  # somebody else was first: theirs counts
        finally:
            candidate.unlink()
    return path.read_text()
