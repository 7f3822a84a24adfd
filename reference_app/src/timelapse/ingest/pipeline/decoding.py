"""Decodes pictures in processes of their own: a hostile picture ends its decoder, never the server.

The decoders are started when they are first needed and stay warm. Each takes one picture at a time.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache
from typing import IO, TYPE_CHECKING, Any, Final, cast

from timelapse.frames.domain import THUMBNAIL_SIDE, Measurements, Picture
from timelapse.ingest import domain
from timelapse.ingest.pipeline.picture import Inspected, unusable
from timelapse.shared import conf
from timelapse.shared.process_limits import CRASHES

if TYPE_CHECKING:
    from pathlib import Path

#: How many pictures are decoded at once in one server process.
DECODERS: Final = 3
#: Seconds that a decoder may take by the wall clock. Its processor time is the real limit: machines are busy.
_WITHIN_S: Final = 300.0
_MODULE: Final = "timelapse.ingest.pipeline.decoder"
_PIECE: Final = 65_536


class Decoder:
    """One decoder process; it is started anew after it has ended."""

    def __init__(self, within_s: float = _WITHIN_S) -> None:
        self._within_s = within_s
        self._process: subprocess.Popen[bytes] | None = None

    def inspect(self, path: Path, side: int = THUMBNAIL_SIDE) -> Inspected:
        """Decode a picture, and make a thumbnail with this longer side.

        Raises:
            Refusal: 422 for a picture that is unusable or exceeds a limit; 503 when the decoder ended by
                itself or had no processor time.
            OSError: the file can't be read.
        """
        limits = conf.get()
        seconds = limits.decode_seconds
        request = {"path": str(path), "seconds": seconds, "side": side}
        request |= {"max_pixels": limits.max_pixels, "max_bytes": limits.decode_bytes}
        try:
            answer, thumbnail = self._ask(request)
        except _EndedError:
            raise self._refusal(seconds) from None
        if "unreadable" in answer:
            raise OSError(*answer["unreadable"])
        if "refused" in answer:
            raise unusable(*answer["refused"])
        return Inspected(picture=_picture(answer["picture"]), thumbnail=thumbnail)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        process = self._started()
        requests, answers = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout).fileno()
        deadline = time.monotonic() + self._within_s
        try:
            requests.write(json.dumps(request).encode() + b"\n")
            requests.flush()
        except BrokenPipeError:
            raise _EndedError from None
        arrived = b""
        while b"\n" not in arrived:
            arrived += _read(answers, deadline)
        line, _, thumbnail = arrived.partition(b"\n")
        answer = json.loads(line)
        while len(thumbnail) < answer["thumbnail"]:
            thumbnail += _read(answers, deadline)
        return answer, thumbnail

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", _MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # One thread each: several would only take address space.
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )
        return self._process

    def _refusal(self, seconds: int) -> domain.Refusal:
        """Explain why the process didn't answer, and end it if it is still running."""
        code = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                code = self._process.wait(1)
        self.close()
        if code == -signal.SIGXCPU:
            return unusable("too_slow", f"Decoding the picture takes more than {seconds} s.")
        if code is not None and code in CRASHES:
            return unusable("undecodable", f"The picture crashes its decoder (signal {-code}).")
        return domain.retry_later(
            503, "decoder_ended", "The decoder of pictures was interrupted.", seconds=30
        )


def _picture(answer: dict[str, Any]) -> Picture:
    measured = answer["measured"]
    numbers = Measurements(**measured | {"zones_ev": tuple(measured["zones_ev"])})
    return Picture(**answer | {"measured": numbers})


def inspect_file(path: Path, side: int = THUMBNAIL_SIDE) -> Inspected:
    """Decode a picture in the next free decoder; see `Decoder.inspect`."""
    free = _decoders(os.getpid())
    decoder = free.get()
    try:
        return decoder.inspect(path, side)
    finally:
        free.put(decoder)


class _EndedError(Exception):
    """The decoder has ended, or takes too long."""


@cache
def _decoders(process: int) -> queue.LifoQueue[Decoder]:  # noqa: ARG001 - a forked process needs its own
    free: queue.LifoQueue[Decoder] = queue.LifoQueue()
    for _ in range(DECODERS):
        decoder = Decoder()
        atexit.register(decoder.close)
        free.put(decoder)
    return free


def _read(descriptor: int, deadline: float) -> bytes:
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        if not selector.select(max(deadline - time.monotonic(), 0)):
            raise _EndedError
    piece = os.read(descriptor, _PIECE)
    if not piece:
        raise _EndedError
    return piece
