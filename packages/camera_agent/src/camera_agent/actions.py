"""What the server may command, and how each command is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera_agent.commands import Result
from camera_agent.gate import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camera_agent.clock import Clock
    from camera_agent.commands import Action
    from camera_agent.filming import Filming
    from camera_agent.linking import Link
    from camera_agent.spool.store import Spool


class Actions:
    """The commands of an agent that films. `stop` ends it, for a restart."""

    def __init__(self, spool: Spool, clock: Clock, link: Link, *, stop: Callable[[], None]) -> None:
        self._spool, self._clock, self._stop = spool, clock, stop
        self._log, self._delivering = link.log, link.delivering
        self.restart_wanted = False

    def by_name(self, filming: Filming) -> Mapping[str, Action]:
        """Each command's action."""
        return {
            "capture": lambda: Result(message="Taken.", capture=filming.capture().capture),
            "preview": lambda: self._preview(filming.preview()),
            "deliver": self._deliver,
            "collect_logs": self._collect_logs,
            "restart": self._restart,
        }

    def _preview(self, content: bytes) -> Result:
        made = self._delivering.previews.add(
            content, taken=self._clock.now(), sequence=self._spool.last_sequence()
        )
        if made is None:
            return Result(message="The preview is too large to be sent.")
        return Result(message="Taken.", capture=made.capture)

    def _deliver(self) -> Result:
        pending = ask(self._spool)
        self._delivering.gate.look_again()
        self._delivering.wake()
        return Result(message=f"{pending} captures are on their way.")

    def _collect_logs(self) -> Result:
        return Result(message=f"{self._log.collect(self._spool.records)} log messages follow.")

    def _restart(self) -> Result:
        self.restart_wanted = True
        return Result(message="Restarting.", then=self._stop)
