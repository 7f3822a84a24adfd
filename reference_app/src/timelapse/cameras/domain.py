"""What a camera is and promises, decided from values alone: names, codes, tokens, signs of life."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from timelapse.cameras.health import Health

#: The wire protocol that this server speaks with its agents.
PROTOCOL: Final = 1

#: How long a code that an agent shows may be approved, and how often the agent may ask about it.
PAIRING_LASTS: Final = timedelta(minutes=15)
PAIRING_INTERVAL: Final = timedelta(seconds=2)
#: Codes that may wait for approval at once: anybody may ask for one, so their number is bounded.
PAIRINGS_AT_ONCE: Final = 100

#: Letters of a code to be read aloud and typed: no vowels (no words), nothing that looks like a digit.
_CODE_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
_CODE_LENGTH: Final = 8

Liveness = Literal["alive", "late", "stalled", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """What an agent says of itself, and until when it promises to say something again."""

    seq: int
    every_s: float
    grace_s: float
    state: str
    state_detail: str = ""
    driver: str = ""
    spool_pending: int = 0
    spool_bytes: int = 0
    spool_refused: int = 0
    disk_free: int | None = None
    disk_total: int | None = None
    boot: str = ""
    config_revision: int = 0
    #: Why the agent did not take the newest configuration; empty when nothing is wrong.
    config_error: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    health: Health = field(default_factory=Health)


def digest(secret: str) -> str:
    """Give what is stored of a token or code: its SHA-256, 64 hex digits.

    The secrets are 256 random bits, so that a plain hash can't be searched; and since the look-up compares
    hashes, its timing says nothing about a token.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token() -> str:
    """Make a token of 256 random bits; its prefix lets a leaked one be recognised."""
    return f"cam_{secrets.token_urlsafe(32)}"


def new_device_code() -> str:
    """Make the secret half of a pairing, which the agent keeps to itself."""
    return secrets.token_urlsafe(32)


def new_user_code() -> str:
    """Make the half of a pairing that a person reads and types."""
    return written_code("".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH)))


def written_code(typed: str) -> str:
    """Write a code the one way it is stored, ``BDWP-HQPK``, however it was typed."""
    letters = re.sub(r"[^A-Z]", "", typed.upper())
    return f"{letters[:4]}-{letters[4:]}"


def written_name(wished: str | None, fallback: str) -> str:
    """Choose what a camera is called: the wish, if anything of it can be shown."""
    shown = "".join(letter for letter in wished or "" if letter.isprintable()).strip()
    return (shown or fallback)[:80]


def liveness(now: datetime, next_by: datetime | None, grace_s: float) -> Liveness:
    """Judge the promise of a camera: late after ``next_by``, stalled after the grace too."""
    if next_by is None:
        return "unknown"
    if now <= next_by:
        return "alive"
    return "late" if now <= next_by + timedelta(seconds=grace_s) else "stalled"
