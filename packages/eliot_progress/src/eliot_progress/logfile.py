"""A file of JSON lines that all processes of a host may append to, and that any eliot reader understands."""

from __future__ import annotations

import fcntl
import os
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eliot_progress import messages
from eliot_progress.encoding import encode
from eliot_progress.redact import Redactor, redactor
from eliot_progress.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: Seconds between two progress lines of one task. The first, the last and all heartbeats are written.
PROGRESS_INTERVAL_S = 1.0
#: Seconds that a line may be buffered. Starts and failures are written at once, with everything before them:
#: when a process is killed, the file says what it was doing.
MAX_DELAY_S = 0.05
#: Bytes that may be buffered.
_MAX_BUFFER_BYTES = 1 << 16
#: Seconds between two checks whether the file was renamed (rotated) or removed.
_ROTATION_CHECK_S = 1.0


class LogFile:
    """An eliot destination. Each block of lines is appended with one write, so lines never mix.

    A file that was renamed or removed is reopened within a second. Messages that can't be written (a full
    disk) are counted in `lost`, reported once on stderr, and reported in the log as soon as it can be written
    again. Never raises once it is open.
    """

    def __init__(self, path: Path, *, redact: Redactor | None = None) -> None:
        self.path = path
        #: Messages that could not be written, since the start.
        self.lost = 0
        self._unreported = 0
        self._redact = redact or redactor()
        self._throttles: dict[str, Throttle] = {}
        self._rotation_checks = Throttle(_ROTATION_CHECK_S)
        self._fd: int | None = None
        self._torn = self._closed = False
        self._after_fork()
        self._open()
        os.register_at_fork(after_in_child=self._after_fork)

    def __call__(self, message: Mapping[str, object]) -> None:
        """Append one message."""
        kind = message.get("message_type")
        if kind == messages.PROGRESS and self._is_throttled(message):
            return
        self._buffer += encode(self._redact(message))
        may_wait = kind is not None or message.get("action_status") == "succeeded"
        if not may_wait or len(self._buffer) > _MAX_BUFFER_BYTES:
            self.flush()
        elif not self._wake.is_set():
            self._schedule_flush()

    def flush(self) -> None:
        """Write what is buffered."""
        with self._lock:
            lines = bytearray(self._buffer)
            del self._buffer[: len(lines)]  # other threads may have appended meanwhile
            if self._closed or not lines:
                return
            try:
                self._follow_rotation()
                if self._unreported:
                    self._append(bytearray(encode(_loss_message(self._unreported))))
                    self._unreported = 0
                self._append(lines)
            except OSError as error:
                self._record_loss(lines.count(b"\n"), error)

    def close(self) -> None:
        """Write what is buffered, and close the file. Later messages are dropped."""
        self.flush()
        with self._lock:
            self._closed = True
            self._close_file()
        self._wake.set()

    def _after_fork(self) -> None:
        """Start without a thread. The parent writes what was buffered before the fork."""
        self._lock = threading.Lock()
        # One buffer, not a list of lines: allocating each line would cost more than everything else.
        self._buffer = bytearray()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def _schedule_flush(self) -> None:
        self._wake.set()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._flush_loop, args=(self._wake,), name="eliot-progress-log", daemon=True
                )
                self._thread.start()

    def _flush_loop(self, wake: threading.Event) -> None:
        while not self._closed:
            wake.wait()
            time.sleep(MAX_DELAY_S)
            wake.clear()
            self.flush()

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        status = os.fstat(fd)
        self._fd, self._inode = fd, (status.st_dev, status.st_ino)
        # After a line torn by a crash, the next one starts on a new line.
        with _locked(fd, fcntl.LOCK_EX):  # no half-written block is visible
            size = os.fstat(fd).st_size
            self._torn = bool(size) and os.pread(fd, 1, size - 1) != b"\n"

    def _close_file(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _follow_rotation(self) -> None:
        if self._fd is not None and self._rotation_checks.allow(time.monotonic()):
            try:
                status = self.path.stat()
                moved = (status.st_dev, status.st_ino) != self._inode
            except (FileNotFoundError, NotADirectoryError):
                moved = True
            if moved:
                self._close_file()
        if self._fd is None:
            self._open()

    def _append(self, lines: bytearray) -> None:
        """Write whole lines, and remove them from `lines`. Raises OSError when that is not possible."""
        while lines and self._fd is not None:
            block = b"\n" + lines if self._torn else bytes(lines)
            with _locked(self._fd, fcntl.LOCK_SH):
                written = os.write(self._fd, block)
            del lines[: block.rfind(b"\n", 0, written) + 1 - self._torn]
            # A full disk accepts a part of a line: it is ended before the next one.
            self._torn = block[written - 1] != ord("\n")

    def _record_loss(self, lost: int, error: OSError) -> None:
        if not self.lost:
            sys.stderr.write(
                f"eliot_progress: {self.path} can't be written ({error}). Lost messages are counted.\n"
            )
        self.lost += lost
        self._unreported += lost

    def _is_throttled(self, message: Mapping[str, object]) -> bool:
        """Whether to skip a message because a later one of the same task will repeat everything in it."""
        state = messages.parse(message)
        if state is None:
            return False
        with self._lock:
            if state.outcome is not None:
                self._throttles.pop(state.id, None)
                return False
            return not self._throttles.setdefault(state.id, Throttle(PROGRESS_INTERVAL_S)).allow(
                state.beat_at
            )


@contextmanager
def _locked(fd: int, how: int) -> Iterator[None]:
    """Hold a file lock: shared for appending, exclusive for examining the end of the file."""
    fcntl.flock(fd, how)
    try:
        yield
    finally:
        fcntl.flock(fd, fcntl.LOCK_UN)


def _loss_message(lost: int) -> dict[str, object]:
    """Return the message that reports the loss: a task of its own, since it belongs to no other."""
    return {
        "message_type": "eliot_progress:messages_lost",
        "lost": lost,
        "task_uuid": f"lost-{os.getpid()}-{time.time_ns()}",
        "task_level": [1],
        "timestamp": time.time(),
    }
