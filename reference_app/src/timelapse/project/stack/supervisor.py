"""Keeps the stack's processes running, and stops them all within seconds."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from timelapse.project.stack.errors import StackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from timelapse.project.stack.child import Child

#: All processes together have so long to stop by themselves before they are killed, seconds.
STOP_WITHIN = 2.5
#: And those that all others use, after them.
STOP_LAST_WITHIN = 1.0
#: A process that ended is started again after so long, doubled up to the longest each time, seconds.
RESTART_AFTER = 1.0
RESTART_AT_MOST = 30.0


@dataclass(slots=True)
class _Restart:
    due_at: float
    pause: float


@dataclass(slots=True)
class Supervisor:
    """Starts children in order, watches them, stops them in reverse."""

    say: Callable[[str], None]
    now: Callable[[], float] = time.monotonic
    children: list[Child] = field(default_factory=list)
    _stop_last: list[Child] = field(default_factory=list)
    _restarts: dict[str, _Restart] = field(default_factory=dict)

    def start(self, child: Child, *, stop_last: bool = False) -> Child:
        """Start a child that is restarted whenever it ends; one that all others use is stopped after them."""
        child.start()
        self.children.append(child)
        if stop_last:
            self._stop_last.append(child)
        return child

    def restart_ended(self) -> None:
        """Restart what has ended, each after a pause that doubles while it keeps ending."""
        for child in self.children:
            if child.exit_code is None:
                continue
            restart = self._restarts.get(child.name)
            if restart is None or restart.due_at < 0:
                pause = RESTART_AFTER if restart is None else min(restart.pause * 2, RESTART_AT_MOST)
                self._restarts[child.name] = _Restart(self.now() + pause, pause)
                self.say(
                    f"{child.name} ended (exit code {child.exit_code}) and starts again in {pause:.0f} s; "
                    f"its log is {child.log}."
                )
            elif self.now() >= restart.due_at:
                child.kill()  # what it may have left behind in its session
                child.start()
                restart.due_at = -1.0

    def require(self, child: Child) -> None:
        """Raise if the child has ended.

        Raises:
            StackError: with the child's last words.
        """
        if child.exit_code is not None:
            msg = f"{child.name} did not start (exit code {child.exit_code}); {child.log} ends:\n"
            msg += child.log_tail()
            raise StackError(msg)

    def stop(self) -> None:
        """Stop everything: asked first, together; killed when time is up."""
        others = [child for child in reversed(self.children) if child not in self._stop_last]
        self._stop(others, STOP_WITHIN)
        self._stop(self._stop_last, STOP_LAST_WITHIN)

    def _stop(self, children: list[Child], within: float) -> None:
        deadline = self.now() + within
        for child in children:
            child.terminate()
        for child in children:
            child.wait(deadline - self.now())
            child.kill()


@contextmanager
def supervised(say: Callable[[str], None]) -> Iterator[Supervisor]:
    """Stop everything on the way out, whatever happened."""
    supervisor = Supervisor(say)
    try:
        yield supervisor
    finally:
        supervisor.stop()
