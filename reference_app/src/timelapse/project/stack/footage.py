"""Uploads footage by the agent's replay driver, as a camera does."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eliot_progress import Reducer
from eliot_progress.reading import Tail
from timelapse.project.stack import processes
from timelapse.project.stack.errors import StackError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from timelapse.project.stack.child import Child

_POLL_EVERY_S = 0.1
#: Exit codes of ``camera-agent run --once``.
_DELIVERED, _SOME_REFUSED = 0, 3

_UPLOAD = "camera:upload"
#: The server's reasons are written for agents; these are for whoever has the pictures.
_FOR_PEOPLE = {
    "empty": "The file is empty.",
    "truncated": "It ends early, as when a copy was interrupted. Copy it again, if you can.",
    "undecodable": "It is damaged. Copy it again, if you can.",
    "not_a_picture": "It is no picture of a known kind.",
    "extra_missing": "Its kind takes an extra of the app that isn't installed here: heic or raw.",
    "too_many_pixels": "It has more pixels than the server accepts. Make it smaller.",
    "too_many_scans": "It is a JPEG that takes too long to decode. Save it anew as an ordinary JPEG.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was refused, as (name, reason), and in which order the pictures came, as a sentence."""

    refused: list[tuple[str, str]]
    order: str


def look_into(work: Path, footage: Path) -> None:
    """Let the replay driver open the footage, and take its first picture.

    Raises:
        StackError: there is nothing in it that could become a movie; the message says why.
    """
    command = [
        sys.executable,
        "-m",
        "camera_agent",
        "capture",
        str(work / "first"),
        "--home",
        str(work / "look"),
    ]
    done = subprocess.run(  # noqa: S603 - our own agent
        [*command, "--driver", "replay", "--source", str(footage.resolve())],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["The camera agent failed without a word."]
        raise StackError(lines[-1].removeprefix("camera-agent: "))


def replay(
    work: Path, address: str, token: str, footage: Path, on_progress: Callable[[float, float | None], None]
) -> Delivery:
    """Upload all footage.

    Raises:
        StackError: nothing in it can be uploaded.
    """
    home = work / "camera"
    home.mkdir()
    token_file = home / "token"
    token_file.touch(mode=0o600)
    token_file.write_text(token)
    # A token goes only to the server that gave it.
    (home / "identity.json").write_text(json.dumps({"server": address}))
    log = home / "agent.jsonl"
    arguments = ["run", "--home", str(home), "--server", address, "--driver", "replay"]
    arguments += ["--source", str(footage.resolve()), "--once", "--json", "--log", str(log)]
    child = processes.agent(work, "camera", arguments)
    child.start()
    try:
        _follow(child, log, on_progress)
    finally:
        child.kill()
    return _outcome(child)


def _follow(child: Child, log: Path, on_progress: Callable[[float, float | None], None]) -> None:
    reducer = Reducer()
    messages = Tail(log)
    running = True
    while running:
        running = child.exit_code is None
        for message in messages.read_new():
            reducer.add(message)
        for state in reducer.states.values():
            if state.action_type == _UPLOAD:
                on_progress(state.done, state.total)
        if running:
            time.sleep(_POLL_EVERY_S)


def _outcome(child: Child) -> Delivery:
    last = child.log_tail(1)
    if child.exit_code not in {_DELIVERED, _SOME_REFUSED}:
        raise StackError(last.removeprefix("camera-agent: ") or f"The camera agent failed; see {child.log}.")
    summary = json.loads(last)
    refused = [(item["name"], _FOR_PEOPLE.get(item["code"], item["message"])) for item in summary["refused"]]
    return Delivery(refused=refused, order=summary["note"])
