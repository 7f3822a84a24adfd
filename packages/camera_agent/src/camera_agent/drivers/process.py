"""The agent's side of a driver's process: deadlines, kill, restart."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from camera_agent.captures import EXTENSIONS
from camera_agent.drivers import messages
from camera_agent.drivers.base import Description
from camera_agent.errors import DriverError, DriverLost

if TYPE_CHECKING:
    from pathlib import Path

    from camera_agent.drivers.base import CapturedImage, Options
    from camera_agent.exposure import Exposure
    from camera_agent.home import Json

#: Importing numpy on a Pi Zero and waking a camera both take seconds.
OPEN_DEADLINE_S = 60.0
#: Seconds to wait for the end of a process that has closed its pipe.
EXIT_TIMEOUT_S = 5.0


class DriverProcess:
    """A driver in a child process. Each call ends within its deadline, by `kill -9` if necessary."""

    def __init__(self, driver: str, options: Options, *, capture_deadline_s: float = 30.0) -> None:
        self.driver = driver
        self.options = options
        self.capture_deadline_s = capture_deadline_s
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        #: The driver's description from when it was opened last.
        self.description = Description(model="")

    @property
    def pid(self) -> int | None:
        """The child's process id; None when there is none."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether the child is running."""
        return self._process is not None and self._process.poll() is None

    def open(self) -> Description:
        """Start a fresh process and open the camera in it."""
        self._discard()
        self._buffer = b""
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "camera_agent.drivers.child", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        response = self._request(
            {"command": "open", "driver": self.driver, "options": dict(self.options)}, OPEN_DEADLINE_S
        )
        self.description = messages.description_from_message(response)
        return self.description

    def set_exposure(self, exposure: Exposure | None, *, deadline_s: float | None = None) -> None:
        """Set the exposure of further captures; None: automatic."""
        command: dict[str, Json] = {
            "command": "set_exposure",
            "exposure": messages.exposure_message(exposure),
        }
        self._request(command, deadline_s or self.capture_deadline_s)

    def capture(
        self,
        target: Path,
        *,
        deadline_s: float | None = None,
        measure: bool = False,
        preview: Path | None = None,
        centre: Path | None = None,
    ) -> CapturedImage | None:
        """Write one picture to `target`; None at the end of a finite source.

        `measure` measures how bright it is; `preview` is where to write a small copy, and `centre`
        its centre at full size, if Pillow is installed.
        """
        command: dict[str, Json] = {"command": "capture", "target": str(target), "measure": measure}
        command["preview"] = None if preview is None else str(preview)
        command["centre"] = None if centre is None else str(centre)
        image = messages.image_from_message(self._request(command, deadline_s or self.capture_deadline_s))
        if image is not None and not target.exists():
            raise DriverError(f"The driver {self.driver!r} reported a picture but wrote none.")
        if image is not None and image.filetype not in EXTENSIONS:
            raise DriverError(
                f"The driver {self.driver!r} reported a picture of the type {image.filetype[:80]!r}.",
                f"A driver takes pictures of these: {', '.join(EXTENSIONS)}.",
            )
        return image

    def health(self) -> dict[str, Json]:
        """Return what the camera reports about itself."""
        return self._request({"command": "health"}, self.capture_deadline_s) or {}

    def close(self, grace_s: float = 1.0) -> None:
        """Let the driver close the camera; kill it when that takes longer than `grace_s` seconds."""
        process = self._process
        if process is None or process.stdin is None:
            return
        with contextlib.suppress(OSError):
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)
        self._discard()

    def kill(self) -> None:
        """Kill the process; a call in progress in another thread raises DriverLost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _discard(self) -> None:
        self.kill()
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def _request(self, command: dict[str, Json], deadline_s: float) -> dict[str, Json] | None:
        process = self._process
        if process is None or process.stdin is None:
            raise DriverLost(f"The driver {self.driver!r} has no process.")
        try:
            process.stdin.write(messages.encode(command))
        except (OSError, ValueError):
            raise self._lost(process) from None
        return messages.result(self._read(process, time.monotonic() + deadline_s, command))

    def _read(
        self, process: subprocess.Popen[bytes], deadline: float, command: dict[str, Json]
    ) -> dict[str, Json]:
        while b"\n" not in self._buffer:
            block = self._block(process, deadline, command)
            if not block or len(self._buffer) > messages.LINE_LIMIT:
                raise self._lost(process)
            self._buffer += block
        line, _, self._buffer = self._buffer.partition(b"\n")
        response = json.loads(line)
        return response if isinstance(response, dict) else {}

    def _block(self, process: subprocess.Popen[bytes], deadline: float, command: dict[str, Json]) -> bytes:
        try:
            descriptor = process.stdout.fileno() if process.stdout else -1
            waiting = select.poll()
            waiting.register(descriptor, select.POLLIN | select.POLLHUP)
            if waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
                return os.read(descriptor, 1 << 16)
        except (OSError, ValueError):
            return b""
        self.kill()
        raise DriverLost(
            f"The driver {self.driver!r} did not respond to {command['command']!r} in time and was killed.",
            "It is started again.",
        )

    def _lost(self, process: subprocess.Popen[bytes]) -> DriverLost:
        # Its pipe is closed, so it is about to end: its exit code says more than our kill.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(EXIT_TIMEOUT_S)
        self.kill()
        code = process.returncode
        how = f"was ended by {signal.Signals(-code).name}" if code and code < 0 else f"ended with code {code}"
        return DriverLost(f"The driver {self.driver!r} {how}.", "It is started again.")
