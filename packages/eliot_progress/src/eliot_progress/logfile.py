"""A file of JSON lines that all processes of a host may append to, and that any eliot reader understands."""

from __future__ import annotations

import fcntl
import os
import time
from typing import TYPE_CHECKING

from eliot_progress import interruptions, messages
from eliot_progress.background import Background
from eliot_progress.complaint import complain
from eliot_progress.encoding import encode
from eliot_progress.redact import Redactor, redactor
from eliot_progress.throttle import Throttle
from eliot_progress.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

#: Seconds between two progress lines of one task. The first, the last and all heartbeats are written.
PROGRESS_INTERVAL_S = 1.0
#: Seconds that a line may be buffered. Starts and failures are written at once, with everything before them:
#: when a process is killed, the file says what it was doing.
MAX_DELAY_S = 0.05
#: Bytes that may be buffered. Whoever logs while twice as much waits, waits for the disk, too.
_MAX_BUFFER_BYTES = 1 << 16
#: Bytes beyond which messages are lost: the disk hangs, or its write is what logs.
_FULL_BYTES = 1 << 25
#: Seconds to wait for a write of another thread.
_WAIT_S = 2.0
#: How often, and every how many seconds, to try to see the end of the file without a half-written block.
_LOOKS, _LOOK_EVERY_S = 50, 0.002
#: Seconds between two checks whether the file was renamed (rotated) or removed.
_ROTATION_CHECK_S = 1.0


class LogFile:
    """An eliot destination. Each block of lines is appended with one write, so lines never mix.

    A file that was renamed or removed is reopened within a second. Messages that can't be written (a full
    disk) are counted in `lost`, reported once on stderr, and reported in the log as soon as it can be written
    again. Never raises once it is open.

    There is no lock: signal handlers, finalisers and `__repr__` may log while their own thread is logging.
    """

    def __init__(
        self, path: Path, *, redact: Redactor | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.path = path
        self._clock = clock
        #: Messages that could not be written, since the start.
        self.lost = 0
        self._unreported = 0
        self._redact = redact or redactor()
        self._throttles: dict[str, Throttle] = {}
        self._rotation_checks = Throttle(_ROTATION_CHECK_S)
        self._fd: int | None = None
        self._torn = self._closed = False
        self._max_waiting = _MAX_BUFFER_BYTES
        self._forks = 0
        self._thread = Background(self._run, "eliot-progress-log")
        self._after_fork()
        self._open()
        os.register_at_fork(after_in_child=self._after_fork)

    def __call__(self, message: Mapping[str, object]) -> None:
        """Append one message."""
        try:
            kind = message.get("message_type")
            if kind == messages.PROGRESS and self._is_throttled(message):
                return
            line = encode(self._redact(message))
            buffer = self._buffer  # only now: encoding may run code of the fields, and that may fork
            waiting = len(buffer)
            if waiting > _FULL_BYTES:
                self._record_loss(1, "more is waiting than is written")
                return
            buffer += line
            may_wait = kind is not None or message.get("action_status") == "succeeded"
            if may_wait and waiting < self._max_waiting and (self._thread.awake or self._thread.wake()):
                return
            self._write_now(buffer)
        except Exception as error:
            interruptions.note(message, error)
            raise

    def _write_now(self, buffer: bytearray) -> None:
        if not self._turn.run():
            self._thread.wake()  # should the other thread's write be interrupted for good
            if len(buffer) > 2 * _MAX_BUFFER_BYTES:
                self._turn.complete(_WAIT_S)

    def flush(self) -> None:
        """Write what is buffered; waits up to 2 s for another thread that is writing.

        If this call interrupted a write of its own thread, that write takes the new lines along.
        """
        self._turn.complete(_WAIT_S)

    def write_at_once(self) -> None:
        """Write each message in the call that logs it, from now on."""
        self._max_waiting = 0
        self.flush()

    def close(self) -> None:
        """Write what is buffered, and close the file. Later messages are dropped."""
        self.flush()
        self._closed = True
        self.flush()
        self._thread.stop()

    def _after_fork(self) -> None:
        """Start anew. The parent writes what was buffered before the fork, and reports what was lost."""
        # One buffer, not a list of lines: allocating each line would cost more than everything else.
        self._buffer = bytearray()
        self._turn = Turn(self._write)
        self._unreported = 0
        self._forks += 1

    def _run(self) -> None:
        while self._thread.sleep():
            self._flush_later()

    def _flush_later(self) -> None:
        time.sleep(MAX_DELAY_S)
        if self._max_waiting:
            self._turn.run()

    def _write(self) -> None:
        """Write the buffered lines, and remove them. Others only add to the end of the buffer meanwhile."""
        buffer = self._buffer
        if self._fd is None and self._closed:
            buffer.clear()
        if buffer:
            try:
                self._follow_rotation()
                if self._unreported:
                    self._append(bytearray(encode(_loss_message(self._unreported))))
                    self._unreported = 0
                self._append(buffer)
            except OSError as error:
                interruptions.reraise(error)  # TimeoutError is an OSError, too
                lines = bytes(buffer)
                self._record_loss(lines.count(b"\n"), error)
                del buffer[: len(lines)]
        if self._closed:
            self._close_file()

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        status = os.fstat(fd)
        self._fd, self._inode = fd, (status.st_dev, status.st_ino)
        # After a line torn by a crash, the next one starts on a new line.
        _lock(fd, fcntl.LOCK_EX, _LOOKS)  # no half-written block is visible
        size = os.fstat(fd).st_size
        self._torn = bool(size) and os.pread(fd, 1, size - 1) != b"\n"
        fcntl.flock(fd, fcntl.LOCK_UN)

    def _close_file(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _follow_rotation(self) -> None:
        if self._fd is not None and self._rotation_checks.allow(self._clock()):
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
        forks = self._forks
        while lines and self._fd is not None:
            block = b"\n" + lines if self._torn else bytes(lines)
            write, written = map(os.write, [self._fd], [block]), list[int]()
            _lock(self._fd, fcntl.LOCK_SH)
            if self._forks != forks:  # an interruption forked: the parent writes these lines
                lines.clear()
                return
            try:
                # One operation of the interpreter: a signal handler can't raise between a write and its note.
                written.extend(write)
            finally:
                for count in written:
                    del lines[: block.rfind(b"\n", 0, count) + 1 - self._torn]
                    # A full disk accepts a part of a line: it is ended before the next one.
                    self._torn = block[count - 1] != ord("\n")
                fcntl.flock(self._fd, fcntl.LOCK_UN)

    def _record_loss(self, lost: int, error: object) -> None:
        if not self.lost:
            complain(f"{self.path} can't be written ({error}). Lost messages are counted.")
        self.lost += lost
        self._unreported += lost

    def _is_throttled(self, message: Mapping[str, object]) -> bool:
        """Whether to skip a message because a later one of the same task will repeat everything in it."""
        state = messages.parse(message)
        if state is None:
            return False
        if state.outcome is not None:
            self._throttles.pop(state.id, None)
            return False
        throttle = self._throttles.setdefault(state.id, Throttle(PROGRESS_INTERVAL_S))
        return not throttle.allow(self._clock())


def _lock(fd: int, how: int, tries: int = 1) -> None:
    """Take a file lock: shared for appending, exclusive for examining the end of the file.

    Goes on without it if it is not free soon: a process that is stopped may keep it.
    """
    for look in range(tries):
        if look:
            time.sleep(_LOOK_EVERY_S)
        try:
            fcntl.flock(fd, how | fcntl.LOCK_NB)
        except OSError as error:
            interruptions.reraise(error)
        else:
            return


def _loss_message(lost: int) -> dict[str, object]:
    """Return the message that reports the loss: a task of its own, since it belongs to no other."""
    return {
        "message_type": "eliot_progress:messages_lost",
        "lost": lost,
        "task_uuid": f"lost-{os.getpid()}-{time.time_ns()}",
        "task_level": [1],
        "timestamp": time.time(),
    }
