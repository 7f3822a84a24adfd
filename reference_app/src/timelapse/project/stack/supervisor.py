"""Restarts the stack's processes when they end, and stops them all within seconds."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from timelapse.project.stack.errors import StackError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from timelapse.project.stack.child import Child

#: Time for all processes together to stop before they are killed, seconds.
STOP_WITHIN = 2.5
#: The same for those that stop last.
STOP_LAST_WITHIN = 1.0
#: Pause before a process is restarted, doubled each time up to the maximum, seconds.
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
        """Start a child and restart it whenever it ends; ``stop_last`` is for those that all others use."""
        child.start()
        self.children.append(child)
        if stop_last:
            self._stop_last.append(child)
        return child

    def restart_ended(self) -> None:
        """Restart children that ended, each after a pause that doubles."""
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
                child.kill()  # processes left in its session
                child.start()
                restart.due_at = -1.0

    def require(self, child: Child) -> None:
        """Raise if the child has ended.

        Raises:
            StackError: with the end of the child's log.
        """
        if child.exit_code is not None:
            msg = f"{child.name} did not start (exit code {child.exit_code}); {child.log} ends:\n"
            msg += child.log_tail()
            raise StackError(msg)

    def stop(self) -> None:
        """Terminate all children together; kill those that don't end in time."""
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
    """Yield a supervisor; stop all its children at exit."""
    supervisor = Supervisor(say)
    try:
        yield supervisor
    finally:
        supervisor.stop()
