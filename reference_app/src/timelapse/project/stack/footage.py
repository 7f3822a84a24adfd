"""Uploads footage by the agent's replay driver, as a camera does."""

from __future__ import annotations

import json
import time
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


def replay(
    work: Path, address: str, token: str, footage: Path, on_progress: Callable[[float, float | None], None]
) -> list[tuple[str, str]]:
    """Upload all footage; return what was refused as (name, reason).

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


def _outcome(child: Child) -> list[tuple[str, str]]:
    last = child.log_tail(1)
    if child.exit_code not in {_DELIVERED, _SOME_REFUSED}:
        raise StackError(last.removeprefix("camera-agent: ") or f"The camera agent failed; see {child.log}.")
    return [(item["name"], item["message"]) for item in json.loads(last)["refused"]]
