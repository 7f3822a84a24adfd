"""Bound what hashing passwords costs others: one at a time on this host, on one core.

Argon2 is slow on purpose. Each hash by Django's defaults runs on eight threads, which takes every core of a
small host from all other requests.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import Argon2PasswordHasher

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

#: So many sign-ins of a process may be under way: one whose password is hashed, and others that wait.
MOST_AT_ONCE = 8
#: When somebody who found no place should try again, in seconds: the others take less.
RETRY_AFTER_S = 5
#: A process that is stopped while it hashes keeps its turn: nobody waits for it longer than this.
LONGEST_WAIT_S = 10.0
_POLL_S = 0.01


class OneCoreArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2 on one thread. Passwords that were hashed on more are hashed anew at the next sign-in."""

    parallelism = 1


class NoPlaceError(Exception):
    """Too many sign-ins are under way, or somebody keeps the turn for too long."""


class HashingQueue:
    """Places for the sign-ins of this process, and a turn to hash for one of all processes on this host."""

    def __init__(
        self, lock_file: Path, *, places: int = MOST_AT_ONCE, longest_wait_s: float = LONGEST_WAIT_S
    ) -> None:
        self._lock_file = lock_file
        self._longest_wait_s = longest_wait_s
        self._places = threading.BoundedSemaphore(places)
        self._turn = threading.Lock()

    @contextmanager
    def place(self) -> Generator[None]:
        """Have a place in the block.

        Raises:
            NoPlaceError: all are taken.
        """
        if not self._places.acquire(blocking=False):
            raise NoPlaceError
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def turn(self) -> Generator[None]:
        """Wait for the turn, and have it in the block. The kernel passes it on when the process dies.

        Raises:
            NoPlaceError: it took longer than ``longest_wait_s``.
        """
        give_up_at = time.monotonic() + self._longest_wait_s
        if not self._turn.acquire(timeout=self._longest_wait_s):
            raise NoPlaceError
        try:
            descriptor = os.open(self._lock_file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                while not _locked(descriptor):
                    if time.monotonic() >= give_up_at:
                        raise NoPlaceError
                    time.sleep(_POLL_S)
                yield
            finally:
                os.close(descriptor)
        finally:
            self._turn.release()


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
