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

#: Seconds between two lines of one task's progress in the file; its first, last and every heartbeat are kept.
THIN_S = 1.0
#: Seconds that a line may wait for others to be written with. Starts and failures never wait, nor does what
#: came before them: when a process is killed, the file says what it was doing.
WAIT_S = 0.05
#: Bytes that may wait.
_MOST_WAITING = 1 << 16
#: Seconds between two looks at whether the file was moved away (rotated) or removed.
_LOOK_S = 1.0


class LogFile:
    """An eliot destination. Lines are appended in whole blocks, one write each, so they never mix.

    A file that was rotated by renaming or removing is opened anew within a second. Messages that can't be
    written (a full disk) are counted in `lost`, said once on stderr, and told in the log itself as soon as it
    can be written again. Never raises once it is open.
    """

    def __init__(self, path: Path, *, redact: Redactor | None = None) -> None:
        self.path = path
        #: Messages that could not be written, since the start.
        self.lost = 0
        self._untold = 0
        self._redact = redact or redactor()
        self._thin: dict[str, Throttle] = {}
        self._looks = Throttle(_LOOK_S)
        self._fd: int | None = None
        self._torn = self._closed = False
        self._after_fork()
        self._open()
        os.register_at_fork(after_in_child=self._after_fork)

    def __call__(self, message: Mapping[str, object]) -> None:
        """Append one message."""
        kind = message.get("message_type")
        if kind == messages.PROGRESS and self._left_out(message):
            return
        self._waiting += encode(self._redact(message))
        may_wait = kind is not None or message.get("action_status") == "succeeded"
        if not may_wait or len(self._waiting) > _MOST_WAITING:
            self.flush()
        elif not self._wake.is_set():
            self._be_flushed()

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            lines = bytearray(self._waiting)
            del self._waiting[: len(lines)]  # others may have added to it meanwhile
            if self._closed or not lines:
                return
            try:
                self._follow_rotation()
                if self._untold:
                    self._append(bytearray(encode(_gap(self._untold))))
                    self._untold = 0
                self._append(lines)
            except OSError as error:
                self._lose(lines.count(b"\n"), error)

    def close(self) -> None:
        """Write what waits, and close the file. Later messages are left out."""
        self.flush()
        with self._lock:
            self._closed = True
            self._shut()
        self._wake.set()

    def _after_fork(self) -> None:
        """Begin with no thread. What waits in a forked child is the parent's to write."""
        self._lock = threading.Lock()
        # One buffer, not a list of lines: memory for each would cost more than all the rest.
        self._waiting = bytearray()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def _be_flushed(self) -> None:
        self._wake.set()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._flush_on, args=(self._wake,), name="eliot-progress-log", daemon=True
                )
                self._thread.start()

    def _flush_on(self, wake: threading.Event) -> None:
        while not self._closed:
            wake.wait()
            time.sleep(WAIT_S)
            wake.clear()
            self.flush()

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        status = os.fstat(fd)
        self._fd, self._inode = fd, (status.st_dev, status.st_ino)
        # A last line torn by a crash: what follows starts on a new one.
        with _flocked(fd, fcntl.LOCK_EX):  # nobody's block is seen half-way
            size = os.fstat(fd).st_size
            self._torn = bool(size) and os.pread(fd, 1, size - 1) != b"\n"

    def _shut(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _follow_rotation(self) -> None:
        if self._fd is not None and self._looks.allow(time.monotonic()):
            try:
                status = self.path.stat()
                moved = (status.st_dev, status.st_ino) != self._inode
            except (FileNotFoundError, NotADirectoryError):
                moved = True
            if moved:
                self._shut()
        if self._fd is None:
            self._open()

    def _append(self, lines: bytearray) -> None:
        """Write whole lines, and take them off `lines`. Raises OSError when that is not possible."""
        while lines and self._fd is not None:
            block = b"\n" + lines if self._torn else bytes(lines)
            with _flocked(self._fd, fcntl.LOCK_SH):
                written = os.write(self._fd, block)
            del lines[: block.rfind(b"\n", 0, written) + 1 - self._torn]
            # A disk that fills up takes a part of a line: it is ended before the next one.
            self._torn = block[written - 1] != ord("\n")

    def _lose(self, lost: int, error: OSError) -> None:
        if not self.lost:
            sys.stderr.write(f"eliot_progress: {self.path} can't be written ({error}). Losses are counted.\n")
        self.lost += lost
        self._untold += lost

    def _left_out(self, message: Mapping[str, object]) -> bool:
        """Whether a later message of the same task will say all that this one says."""
        report = messages.parse(message)
        if report is None:
            return False
        with self._lock:
            if report.outcome is not None:
                self._thin.pop(report.id, None)
                return False
            return not self._thin.setdefault(report.id, Throttle(THIN_S)).allow(report.beat_at)


@contextmanager
def _flocked(fd: int, how: int) -> Iterator[None]:
    """Let those who append go together, and whoever looks at the end alone."""
    fcntl.flock(fd, how)
    try:
        yield
    finally:
        fcntl.flock(fd, fcntl.LOCK_UN)


def _gap(lost: int) -> dict[str, object]:
    """The message that says how many are missing: a task of its own, since it belongs to none."""
    return {
        "message_type": "eliot_progress:messages_lost",
        "lost": lost,
        "task_uuid": f"lost-{os.getpid()}-{time.time_ns()}",
        "task_level": [1],
        "timestamp": time.time(),
    }
