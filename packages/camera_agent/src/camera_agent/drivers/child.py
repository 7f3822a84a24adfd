"""The driver's process: reads commands, runs the driver, writes responses. Started by `DriverProcess`."""

from __future__ import annotations

import contextlib
import ctypes
import difflib
import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from camera_agent.drivers import image_analysis, messages, registry
from camera_agent.errors import BadInput, DriverError

if TYPE_CHECKING:
    from camera_agent.drivers.base import CapturedImage, Driver, Options
    from camera_agent.home import Json

#: A number of Linux's <sys/prctl.h>.
PR_SET_PDEATHSIG = 1


def serve(commands: BinaryIO, responses: BinaryIO) -> None:
    """Respond to each command until the agent closes the pipe."""
    driver: Driver | None = None
    for line in commands:
        command = json.loads(line)
        try:
            if driver is None:
                driver = registry.load(command["driver"])
            response = _respond(driver, command)
        except Exception as error:  # noqa: BLE001 - whatever a driver raises must reach the agent
            response = messages.error_message(error)
        responses.write(messages.encode(response))
        responses.flush()
    if driver is not None:
        driver.close()


def _respond(driver: Driver, command: dict[str, Json]) -> dict[str, Json]:
    match command["command"]:
        case "open":
            options = command["options"]
            _check_options(driver, options)  # type: ignore[arg-type] # the agent's settings were checked
            return messages.description_message(driver.open(options))  # type: ignore[arg-type] # the same
        case "set_exposure":
            driver.set_exposure(messages.exposure_from_message(command["exposure"]))
            return {"ok": None}
        case "capture":
            return messages.image_message(_capture(driver, command))
        case "health":
            return {"ok": dict(driver.health())}
    raise RuntimeError(f"unknown command {command['command']!r}")


def _capture(driver: Driver, command: dict[str, Json]) -> CapturedImage | None:
    target = Path(str(command["target"]))
    image = driver.capture(target)
    if image is not None and target.exists():
        if command.get("measure"):
            image = replace(image, measurement=image_analysis.measure(target))
        # A preview that fails must not cost the picture.
        with contextlib.suppress(DriverError):
            if small := command.get("preview"):
                image_analysis.write_preview(target, Path(str(small)))
            if centre := command.get("centre"):
                image_analysis.write_centre(target, Path(str(centre)))
    return image


def _check_options(driver: Driver, options: Options) -> None:
    for name in sorted(set(options) - driver.option_names):
        close = difflib.get_close_matches(name, driver.option_names, n=1)
        known = ", ".join(sorted(driver.option_names)) or "none"
        guess = f"Did you mean {close[0]!r}?" if close else f"It has: {known}."
        raise BadInput(f"This driver has no option {name!r}.", guess)


def die_with(parent: int) -> None:
    """Let the kernel end this process with the agent, even when it hangs in a library."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the agent ended while we were starting
        raise SystemExit(1)


def main() -> None:
    """Serve on standard input and output; what libraries print goes to standard error."""
    die_with(int(sys.argv[1]))
    # Ctrl-C reaches the whole group; the agent decides when its driver ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    responses = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, responses)


if __name__ == "__main__":
    main()
