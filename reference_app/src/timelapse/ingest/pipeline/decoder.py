"""A process that decodes pictures one after the other, within limits of memory and processor time.

It reads a line of JSON for each picture from its standard input: the path, and the limits. It answers with a
line of JSON, which the bytes of the thumbnail follow. It ends with its standard input.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from timelapse.ingest.domain import Refusal
from timelapse.ingest.pipeline.picture import inspect

if TYPE_CHECKING:
    from typing import BinaryIO

#: What the process takes beside the picture: the file itself, the thumbnail, fragments.
_SLACK_BYTES: Final = 128_000_000


def main(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    warnings.simplefilter("ignore")  # decoders warn of files that are odd but whole
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; the server ends it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    empty = _address_space()
    for line in requests:
        request = json.loads(line)
        _limit(empty + request["max_bytes"] + _SLACK_BYTES, request["seconds"])
        answer, thumbnail = _answer(request)
        answers.write(json.dumps(answer | {"thumbnail": len(thumbnail)}).encode() + b"\n" + thumbnail)
        answers.flush()


def _answer(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    limits = {name: request[name] for name in ("max_pixels", "max_bytes", "side")}
    try:
        inspected = inspect(Path(request["path"]).read_bytes(), **limits)
    except Refusal as refusal:
        return {"refused": [refusal.code, refusal.message]}, b""
    except MemoryError:
        message = f"Decoding the picture takes more than {request['max_bytes'] // 1_000_000} MB."
        return {"refused": ["too_many_pixels", message]}, b""
    except OSError as error:
        return {"unreadable": [error.errno, str(error)]}, b""
    return {"picture": asdict(inspected.picture)}, inspected.thumbnail


def _limit(address_space: int, seconds: int) -> None:
    """Limit the memory, and the processor time of the next picture; SIGXCPU ends the process."""
    hard = resource.RLIM_INFINITY
    if sys.platform == "linux":  # others count differently, or don't apply it
        resource.setrlimit(resource.RLIMIT_AS, (address_space, hard))
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + seconds, hard))


def _address_space() -> int:
    statistics = Path("/proc/self/statm")
    if not statistics.exists():
        return 0
    return int(statistics.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
