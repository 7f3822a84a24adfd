"""Secrets in addresses that people hand on: share links and invitations."""

from __future__ import annotations

import re
import secrets
from typing import Final

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32}")


def new_token() -> str:
    """Return 32 characters of 192 random bits, which nobody can guess."""
    return secrets.token_urlsafe(24)


def can_be_token(text: str) -> bool:
    """Return whether a text could be one; any other need not be looked up."""
    return _TOKEN.fullmatch(text) is not None
