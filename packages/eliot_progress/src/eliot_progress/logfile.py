"""A file of JSON lines that all processes of a host may append to, and that any eliot reader understands."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING

import orjson
from eliot.json import json_default

from eliot_progress import messages
from eliot_progress.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Seconds between two lines of one task's progress in the file; its first, last and every heartbeat are kept.
THIN_S = 1.0


class LogFile:
    """An eliot destination. Each message is one write to a file opened for appending, so lines never mix.

    Losses (a full disk) are counted in `lost` and do not raise.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lost = 0
        self._lock = threading.Lock()
        self._thin: dict[str, Throttle] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        os.register_at_fork(after_in_child=self._after_fork)

    def __call__(self, message: Mapping[str, object]) -> None:
        """Append one message."""
        if self._left_out(message):
            return
        line = encode(message)
        try:
            os.write(self._fd, line)
        except OSError:
            with self._lock:
                self.lost += 1

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def _after_fork(self) -> None:
        self._lock = threading.Lock()

    def _left_out(self, message: Mapping[str, object]) -> bool:
        """Whether a later message of the same task will say all that this one says."""
        if message.get("message_type") != messages.PROGRESS:
            return False
        report = messages.parse(message)
        if report is None:
            return False
        with self._lock:
            if report.outcome is not None:
                self._thin.pop(report.id, None)
                return False
            return not self._thin.setdefault(report.id, Throttle(THIN_S)).open(report.beat_at)


def encode(message: Mapping[str, object]) -> bytes:
    """The message as one line of JSON. What JSON can't hold is written as text; never raises."""
    try:
        return orjson.dumps(
            message, default=json_default, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE
        )
    except (TypeError, ValueError, RecursionError):
        # Lone surrogates, integers beyond 64 bits, cycles: slower, but nothing is lost.
        return json.dumps({str(key): _plain(value) for key, value in message.items()}).encode() + b"\n"


def _plain(value: object) -> object:
    try:
        return orjson.loads(orjson.dumps(value, default=json_default))
    except (TypeError, ValueError, RecursionError):
        return repr(value)[:10_000]
