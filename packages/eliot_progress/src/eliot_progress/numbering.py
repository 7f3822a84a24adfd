"""Level numbers that processes choose on their own, and that never meet."""

from __future__ import annotations

import itertools
import os
import socket
import time
from zlib import crc32

#: The start of 2024. Numbers stay below 2**53, which floating point holds exactly, until 2092.
_EPOCH_S = 1_704_067_200
#: Each process counts its attempts from a number of its own.
_SERIAL_BITS = 19
_FIRST_BITS = 18
_SERIALS = (1 << _SERIAL_BITS) - 1
_WINDOWS_PER_S = 8
_FIRST_WINDOW = _EPOCH_S * _WINDOWS_PER_S
#: Linux has at most 2**22 processes at a time.
_PID_BITS = 22


def attempt() -> int:
    """Return a number for an attempt below a place that other processes may continue from, too.

    Unique in this process and among neighbours on this host. Two hosts that continue from one place in the
    same eighth of a second choose the same number once in 260,000 times. Sorted by time.
    """
    window = int(time.time() * _WINDOWS_PER_S) - _FIRST_WINDOW
    return ((window if window > 0 else 1) << _SERIAL_BITS) | (next(_serials) & _SERIALS)


def fork() -> int:
    """Return a number for this process among all that were forked from one parent: no two share it."""
    return (max(1, int(time.time()) - _EPOCH_S) << _PID_BITS) | os.getpid()


def _count() -> itertools.count[int]:
    # With its bits reversed, the next process id is far away: siblings don't meet, however much they count.
    own = int(f"{os.getpid() % (1 << _FIRST_BITS):0{_FIRST_BITS}b}"[::-1], 2)
    return itertools.count((own + crc32(socket.gethostname().encode())) % (1 << _FIRST_BITS))


def _after_fork() -> None:
    global _serials  # noqa: PLW0603 - the child must not go on where its parent does
    _serials = _count()


_serials = _count()
os.register_at_fork(after_in_child=_after_fork)
