"""Decodes a file of sound in a process of its own: a hostile file ends that process, never the server.

``python -m timelapse.rendering.pipeline.sound_check`` reads a request from its standard input, decodes the
whole file within limits of memory and processor time, and answers with a line of JSON.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any, Final

from timelapse.rendering.pipeline.sound import NoSoundError, length_of
from timelapse.shared.process_limits import CRASHES, begin_limited, limit

_MODULE: Final = "timelapse.rendering.pipeline.sound_check"
#: The longest sound, seconds.
LONGEST_S: Final = 1800.0
#: Seconds by the wall clock. The processor time is the real limit: machines are busy.
_WITHIN_S: Final = 300.0


def check_sound(path: Path, *, max_bytes: int, seconds: int) -> float:
    """Return the length of a file of sound, seconds.

    Args:
        path: the file, whatever its name.
        max_bytes: the memory that decoding may take.
        seconds: the processor time that decoding may take.

    Raises:
        NoSoundError: it is no sound that can be used, too long, or takes too much to decode.
    """
    request = {"path": str(path), "max_bytes": max_bytes, "seconds": seconds}
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", _MODULE],
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what decoders say of odd files
            timeout=_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoSoundError("Nothing came of decoding the sound for five minutes.") from None
    if done.returncode == -signal.SIGXCPU:
        raise NoSoundError(f"Decoding the sound takes more than {seconds} s of a processor.")
    if done.returncode in CRASHES:
        raise NoSoundError("The sound crashes its decoder.")
    if done.returncode != 0:
        raise NoSoundError("Decoding the sound was interrupted. Try again.")
    answer = json.loads(done.stdout)
    if "refused" in answer:
        code, message, remedy = answer["refused"]
        raise NoSoundError(message, code=code, remedy=remedy)
    return float(answer["length_s"])


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"length_s": length_of(Path(request["path"]), at_most_s=LONGEST_S)}
    except NoSoundError as error:
        return {"refused": [error.code, error.message, error.remedy]}
    except MemoryError:
        megabytes = request["max_bytes"] // 1_000_000
        message = f"Decoding the sound takes more than {megabytes} MB of memory."
        return {"refused": [NoSoundError.code, message, NoSoundError.remedy]}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    empty = begin_limited()
    asked = json.loads(sys.stdin.buffer.read())
    limit(empty, max_bytes=asked["max_bytes"], seconds=asked["seconds"])
    print(json.dumps(_answer(asked)))  # noqa: T201 - the answer
