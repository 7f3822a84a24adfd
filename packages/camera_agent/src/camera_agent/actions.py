"""The actions behind the server's commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera_agent.delivery.policy import request_delivery
from camera_agent.remote.commands import CommandOutcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camera_agent.capture.loop import CaptureLoop
    from camera_agent.delivery.uploader_pool import UploaderPool
    from camera_agent.host.clock import Clock
    from camera_agent.remote.commands import Action
    from camera_agent.remote.log_buffer import LogBuffer
    from camera_agent.spool.store import Spool


class CommandActions:
    """The commands of a capturing agent. `stop` ends the agent, for a restart."""

    def __init__(
        self,
        spool: Spool,
        clock: Clock,
        *,
        log: LogBuffer,
        uploaders: UploaderPool,
        loop: CaptureLoop,
        stop: Callable[[], None],
    ) -> None:
        self._spool, self._clock, self._stop = spool, clock, stop
        self._log, self._uploaders, self._loop = log, uploaders, loop
        self.restart_wanted = False

    def by_name(self) -> Mapping[str, Action]:
        """Return the action of each command."""
        return {
            "capture": lambda: CommandOutcome(message="Taken.", capture=self._loop.capture_now().capture),
            "preview": lambda: self._preview(self._loop.preview()),
            "deliver": self._deliver,
            "collect_logs": self._collect_logs,
            "restart": self._restart,
        }

    def _preview(self, content: bytes) -> CommandOutcome:
        made = self._uploaders.previews.add(
            content, captured_at=self._clock.now(), sequence=self._spool.last_sequence()
        )
        if made is None:
            return CommandOutcome(message="The preview is too large to be sent.")
        return CommandOutcome(message="Taken.", capture=made.capture)

    def _deliver(self) -> CommandOutcome:
        pending = request_delivery(self._spool)
        self._uploaders.policy.refresh()
        self._uploaders.wake()
        return CommandOutcome(message=f"{pending} captures are on their way.")

    def _collect_logs(self) -> CommandOutcome:
        found, not_kept = self._log.collect(self._spool.records)
        older = f" {not_kept} older ones are not kept." if not_kept else ""
        return CommandOutcome(message=f"{found} log messages follow.{older}")

    def _restart(self) -> CommandOutcome:
        self.restart_wanted = True
        return CommandOutcome(message="Restarting.", then=self._stop)
