"""Messages in bulk to a cluster: in the background, each once, none in silence lost."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

import orjson

from eliot_progress.elk.documents import INDEX, document, document_id
from eliot_progress.elk.letters import DeadLetters
from eliot_progress.elk.starts import Starts
from eliot_progress.encoding import encode
from eliot_progress.redact import Redactor, redactor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: Messages that may wait; beyond it they go to the file of dead letters, to be sent later.
LIMIT = 50_000
_BATCH = 1_000
_WAIT_S = 1.0
#: Seconds before a refused or lost request is sent again: from the first, doubled each time, to this.
_LONGEST_PAUSE_S = 60.0
_LATER = frozenset({429, 500, 502, 503, 504})

Pair = tuple[Mapping[str, object], Mapping[str, object]]


class BulkError(Exception):
    """A whole request failed. `status` is the answer's, or None when none came: then it is sent again."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


class _Line(NamedTuple):
    """A message that waits."""

    text: bytes
    #: Of the action that it ends, in seconds since 1970.
    began_at: float | None


class Sender(Protocol):
    """Sends one bulk request."""

    def __call__(self, pairs: Sequence[Pair]) -> Mapping[str, object]:
        """Send actions and documents; the answer's body. Raises BulkError."""


class BulkDestination:
    """An eliot destination. The caller only leaves the message; a thread sends batches.

    What the cluster can't take now (429, 5xx, a cut) is sent again, more slowly; what it has already is left
    out (each document's id follows from its message); what it never takes goes to the file of dead letters.
    """

    def __init__(
        self,
        send: Sender,
        dead_letters: Path,
        *,
        index: str = INDEX,
        redact: Redactor | None = None,
        first_pause_s: float = 0.5,
    ) -> None:
        self._send = send
        self._index = index
        self._redact = redact or redactor()
        self._letters = DeadLetters(dead_letters)
        #: Documents that the cluster has, and requests that had to be sent again.
        self.sent = self.again = 0
        self._first_pause_s = first_pause_s
        self._size, self._pause_s, self._closed = _BATCH, 0.0, False
        self._reset()
        os.register_at_fork(after_in_child=self._reset)
        atexit.register(self.close)

    @property
    def dead(self) -> int:
        """Messages in the file of dead letters, by this process."""
        return self._letters.written

    def _reset(self) -> None:
        self._wake = threading.Condition()
        self._waiting: deque[_Line] = deque()
        self._under_way: list[_Line] = []
        self._starts = Starts()
        self._hurry = False
        self._thread: threading.Thread | None = None

    def __call__(self, message: Mapping[str, object]) -> None:
        """Leave a message."""
        text = encode(self._redact(message))
        with self._wake:
            line = _Line(text, self._starts.begin_of(message))
            if len(self._waiting) >= LIMIT or self._closed:
                self._letters.add(text, "too many messages wait")
                return
            self._waiting.append(line)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._send_on, name="eliot-progress-bulk", daemon=True)
                self._thread.start()
            if len(self._waiting) in (1, self._size):
                self._wake.notify_all()

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Send what waits; False when that took longer."""
        with self._wake:
            self._hurry = True
            self._wake.notify_all()
            return self._wake.wait_for(lambda: not self._waiting and not self._under_way, timeout_s)

    def close(self, timeout_s: float = 5.0) -> None:
        """Send what waits; what can't be sent in time goes to the file of dead letters."""
        self.flush(timeout_s)
        with self._wake:
            if self._closed:
                return
            self._closed = True
            self._wake.notify_all()
            # What is under way may arrive still; sent later, it is kept once all the same.
            for line in (*self._under_way, *self._waiting):
                self._letters.add(line.text, "the program ended")
            self._waiting.clear()

    def _send_on(self) -> None:
        while True:
            with self._wake:
                self._wake.notify_all()
                if not self._waiting:
                    self._hurry = False
                self._wake.wait_for(lambda: self._waiting or self._closed)
                if self._pause_s:  # what the cluster asked for: nobody's hurry cuts it short
                    self._wake.wait_for(lambda: self._closed, self._pause_s)
                else:  # a moment for others to join
                    self._wake.wait_for(self._is_time, _WAIT_S)
                if self._closed:
                    return
                lines = [self._waiting.popleft() for _ in range(min(self._size, len(self._waiting)))]
                self._under_way = lines
            left = self._sent(lines)
            with self._wake:
                if not self._closed:
                    self._waiting.extendleft(reversed(left))
                self._under_way = []

    def _is_time(self) -> bool:
        return self._closed or self._hurry or len(self._waiting) >= self._size

    def _sent(self, lines: list[_Line]) -> list[_Line]:
        """Send the lines; those that must be sent again."""
        try:
            answer = self._send([self._pair(line) for line in lines])
            items = _items(answer, len(lines))
        except BulkError as error:
            return self._refused(lines, error)
        return self._sorted(lines, items)

    def _pair(self, line: _Line) -> Pair:
        message = orjson.loads(line.text)
        action = {"create": {"_index": self._index, "_id": document_id(message)}}
        return action, document(message, line.began_at)

    def _refused(self, lines: list[_Line], error: BulkError) -> list[_Line]:
        """A whole request failed: one that is too big, or has a document that can't be read, is halved."""
        if error.status in (400, 413):
            if len(lines) > 1:
                self._size = max(1, len(lines) // 2)
                return lines
            self._letters.add(lines[0].text, str(error))
            return []
        self._slower(str(error))
        return lines

    def _sorted(self, lines: list[_Line], items: list[Mapping[str, object]]) -> list[_Line]:
        left: list[_Line] = []
        for line, item in zip(lines, items, strict=True):
            status = item.get("status")
            if status in _LATER:
                left.append(line)
            elif status in (200, 201, 409):  # 409: it was there already
                self.sent += 1
            else:
                self._letters.add(line.text, orjson.dumps(item.get("error")).decode())
        if left:
            self._slower(f"{len(left)} of {len(lines)} documents were put off")
        else:
            self._pause_s, self._size = 0.0, min(_BATCH, 2 * self._size)
        return left

    def _slower(self, why: str) -> None:
        """The cluster has too much to do, or is away."""
        if not self.again:
            sys.stderr.write(
                f"eliot_progress: the cluster can't take the log now ({why}). It is sent again.\n"
            )
        self.again += 1
        self._pause_s = min(_LONGEST_PAUSE_S, 2 * self._pause_s or self._first_pause_s)
        self._size = max(1, self._size // 2)


def _items(answer: Mapping[str, object], wanted: int) -> list[Mapping[str, object]]:
    """What became of each document. An answer that does not say so is as good as none."""
    items = answer.get("items")
    if not isinstance(items, list) or len(items) != wanted:
        raise BulkError("the answer does not say what became of each document")
    found = [item.get("create") if isinstance(item, dict) else None for item in items]
    if not all(isinstance(each, dict) for each in found):
        raise BulkError("the answer does not say what became of each document")
    return [each for each in found if each is not None]
