"""When a message that could not be delivered is sent again, and when no more. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

_FIRST: Final = timedelta(minutes=1)
_LONGEST: Final = timedelta(hours=1)
#: Later than this after its time nothing is sent any more.
GIVE_UP_AFTER: Final = timedelta(hours=24)


def wait_after(failures: int) -> timedelta:
    """Return how long a destination is left alone after so many failures in a row: 1, 2, 4 … 60 minutes."""
    doubled: int = 2 ** min(failures - 1, 10)
    return min(_LONGEST, _FIRST * doubled)
