"""A process that decodes pictures one after the other, within limits of memory and processor time.

It reads a line of JSON for each picture from its standard input: the path, and the limits. It answers with a
line of JSON, which the bytes of the thumbnail follow. It ends with its standard input.
"""

from __future__ import annotations

import json
import sys
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from timelapse.ingest.domain import Refusal
from timelapse.ingest.pipeline.picture import inspect
from timelapse.shared.process_limits import begin_limited, limit

if TYPE_CHECKING:
    from typing import BinaryIO


def main(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    warnings.simplefilter("ignore")  # decoders warn of files that are odd but whole
    empty = begin_limited()
    for line in requests:
        request = json.loads(line)
        limit(empty, max_bytes=request["max_bytes"], seconds=request["seconds"])
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


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
