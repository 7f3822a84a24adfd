"""A file of JSON lines that all processes of a host may append to, and that any eliot reader understands."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import TYPE_CHECKING

import orjson
from eliot.json import json_default

from eliot_progress import messages
from eliot_progress.redact import Redactor, redactor
from eliot_progress.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Seconds between two lines of one task's progress in the file; its first, last and every heartbeat are kept.
THIN_S = 1.0
#: Seconds between two looks at whether the file was moved away (rotated) or removed.
_LOOK_S = 1.0
#: A longer line is cut down to its envelope, so that no field can fill the disk.
LINE_LIMIT = 1 << 20
#: What a cut line keeps.
_ENVELOPE = ("task_uuid", "task_level", "timestamp", "message_type", "action_type", "action_status")


class LogFile:
    """An eliot destination. Each message is one write to a file opened for appending, so lines never mix.

    A file that was rotated by renaming or removing is opened anew within a second. Messages that can't be
    written (a full disk) are counted in `lost`, said once on stderr, and told in the log itself as soon as it
    can be written again. Never raises.
    """

    def __init__(self, path: Path, *, redact: Redactor | None = None) -> None:
        self.path = path
        #: Messages that could not be written, since the start.
        self.lost = 0
        self._untold = 0
        self._redact = redact or redactor()
        self._lock = threading.Lock()
        self._thin: dict[str, Throttle] = {}
        self._looks = Throttle(_LOOK_S)
        self._fd: int | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        self._open()
        os.register_at_fork(after_in_child=self._after_fork)

    def __call__(self, message: Mapping[str, object]) -> None:
        """Append one message."""
        if not self._left_out(message):
            self._write(encode(self._redact(message)))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._fd is not None:
                os.close(self._fd)
                self._fd = None

    def _open(self) -> None:
        fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        status = os.fstat(fd)
        self._inode = (status.st_dev, status.st_ino)
        size = status.st_size
        if size and os.pread(fd, 1, size - 1) != b"\n":
            os.write(fd, b"\n")  # the last line was torn by a crash: what follows starts on a new one
        self._fd = fd

    def _write(self, line: bytes) -> None:
        with self._lock:
            try:
                self._follow_rotation()
                if self._fd is None:
                    return
                if self._untold:
                    _append(self._fd, encode(_gap(self._untold)))
                    self._untold = 0
                _append(self._fd, line)
            except OSError as error:
                self._lose(error)

    def _lose(self, error: OSError) -> None:
        if not self.lost:
            sys.stderr.write(f"eliot_progress: {self.path} can't be written ({error}). Losses are counted.\n")
        self.lost += 1
        self._untold += 1

    def _follow_rotation(self) -> None:
        if self._fd is None or not self._looks.open(time.monotonic()):
            return
        try:
            status = self.path.stat()
            moved = (status.st_dev, status.st_ino) != self._inode
        except FileNotFoundError:
            moved = True
        if moved:
            os.close(self._fd)
            self._fd = None
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._open()

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


def _append(fd: int, line: bytes) -> None:
    written = os.write(fd, line)
    if written != len(line):
        # The disk filled up within the line: end it, so that the next one is whole.
        os.write(fd, b"\n")
        raise OSError(f"only {written} of {len(line)} bytes could be written")


def _gap(lost: int) -> dict[str, object]:
    """The message that says how many are missing: a task of its own, since it belongs to none."""
    return {
        "message_type": "eliot_progress:messages_lost",
        "lost": lost,
        "task_uuid": f"lost-{os.getpid()}-{time.time_ns()}",
        "task_level": [1],
        "timestamp": time.time(),
    }


def encode(message: Mapping[str, object]) -> bytes:
    """The message as one line of JSON. What JSON can't hold is written as text; never raises."""
    try:
        line = orjson.dumps(message, default=json_default, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError, RecursionError):
        # Lone surrogates, integers beyond 64 bits, cycles: slower, but nothing is lost.
        line = json.dumps({_text(key): _plain(value) for key, value in message.items()}).encode()
    if len(line) > LINE_LIMIT:
        kept = {key: _plain(message[key]) for key in _ENVELOPE if key in message}
        line = json.dumps({**kept, "cut_bytes": len(line)}).encode()
    return line + b"\n"


def _plain(value: object) -> object:
    try:
        return orjson.loads(orjson.dumps(value, default=json_default, option=orjson.OPT_NON_STR_KEYS))
    except (TypeError, ValueError, RecursionError):
        return _text(value)


def _text(value: object) -> str:
    try:
        return (value if isinstance(value, str) else repr(value))[:10_000]
    except Exception:  # noqa: BLE001 - a field's __repr__ may fail in any way; its message is still worth having
        return f"<{type(value).__name__}>"
