"""The standard library's `logging` and `warnings`, in the same tree as everything else."""

from __future__ import annotations

import logging
import threading
import traceback
from logging import LogRecord

from eliot import log_message

from eliot_progress import interruptions, sanitise

#: Characters of a message and of a traceback; longer ones are cut, and an ellipsis shows where.
_LIMIT = 10_000
#: Records of one thread that may be logged within one another. A signal handler may log a record while one is
#: being logged; a destination that logs a record for each message would go on for ever.
_MAX_DEPTH = 2


class Handler(logging.Handler):
    """Logs each record as an eliot message of type `log` in the current action. Never raises."""

    def __init__(self, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        #: Records that were not logged, since the destinations made them out of other records.
        self.ignored = 0
        self._depths = threading.local()

    def emit(self, record: LogRecord) -> None:
        """Log one record. What destinations log while they receive records is ignored from the second on."""
        depth = getattr(self._depths, "now", 0)
        if depth >= _MAX_DEPTH:
            self.ignored += 1
            return
        try:
            self._depths.now = depth + 1
            log_message("log", **_fields(record))
        except Exception as error:  # noqa: BLE001 - a record that can't be formatted must not break the caller
            interruptions.reraise(error)
            self.handleError(record)
        finally:
            self._depths.now = depth


def bridge(level: int = logging.INFO) -> Handler:
    """Send the root logger's records from `level` on, and Python's warnings, to the log.

    Returns the handler, for `logging.getLogger().removeHandler`.
    """
    handler = Handler(level)
    root = logging.getLogger()
    root.addHandler(handler)
    if root.getEffectiveLevel() > level:
        root.setLevel(level)
    logging.captureWarnings(capture=True)
    return handler


def _fields(record: LogRecord) -> dict[str, object]:
    fields: dict[str, object] = {
        "logger": sanitise.text(record.name),
        "level": record.levelname,
        "message": _beginning(record.getMessage()),
        "where": f"{record.pathname}:{record.lineno}",
    }
    if record.exc_info and record.exc_info[1] is not None:
        fields["exception"] = sanitise.text(record.exc_info[1])
        fields["traceback"] = _end("".join(traceback.format_exception(*record.exc_info)))
    return fields


def _beginning(text: str) -> str:
    return text if len(text) <= _LIMIT else text[: _LIMIT - 1] + "…"


def _end(text: str) -> str:
    return text if len(text) <= _LIMIT else "…" + text[1 - _LIMIT :]
