"""Codes, tokens and liveness of cameras, decided from values alone."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from timelapse.cameras.health import Health

#: How long a code may be approved, and how often the agent may poll for its token.
PAIRING_LIFETIME: Final = timedelta(minutes=15)
PAIRING_INTERVAL: Final = timedelta(seconds=2)
#: How many codes may wait for approval, from one network and in all. Requests are anonymous: codes whose
#: agent is silent make room, first those whose agent never polled.
PAIRINGS_PER_NETWORK: Final = 10
PAIRINGS_AT_ONCE: Final = 1000
#: An agent is silent if it hasn't begun to poll, or has stopped polling, for so long.
UNHEARD: Final = timedelta(seconds=10)
SILENT: Final = timedelta(seconds=60)

#: Letters of a code to be read aloud and typed: no vowels (no words), nothing that looks like a digit.
_CODE_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
_CODE_LENGTH: Final = 8

Liveness = Literal["alive", "late", "stalled", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """An agent's heartbeat: its state, and when the next heartbeat is due."""

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
    """Return the SHA-256 of a token or code, 64 hex digits, which is stored in its place.

    The secrets are 256 random bits, so a plain hash can't be reversed by search. Look-ups compare hashes, so
    their timing reveals nothing about a token.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token() -> str:
    """Return a new token of 256 random bits; the prefix lets secret scanners recognise leaked tokens."""
    return f"cam_{secrets.token_urlsafe(32)}"


def new_device_code() -> str:
    """Return a new secret with which the agent polls for its token."""
    return secrets.token_urlsafe(32)


def new_user_code() -> str:
    """Return a new code for a person to read and type."""
    return normalised_code("".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH)))


def normalised_code(typed: str) -> str:
    """Return a code in the form in which it is stored, ``BDWP-HQPK``, however it was typed."""
    letters = re.sub(r"[^A-Z]", "", typed.upper())
    return f"{letters[:4]}-{letters[4:]}"


def liveness(now: datetime, next_by: datetime | None, grace_s: float) -> Liveness:
    """Return how punctual an agent is: late after ``next_by``, stalled after the grace as well."""
    if next_by is None:
        return "unknown"
    if now <= next_by:
        return "alive"
    return "late" if now <= next_by + timedelta(seconds=grace_s) else "stalled"
