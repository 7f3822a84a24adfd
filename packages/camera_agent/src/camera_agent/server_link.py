"""Everything that talks to the server: heartbeats, records, commands, configuration, uploads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera_agent.commands import CommandRunner
from camera_agent.errors import BadInput
from camera_agent.heartbeat import Heartbeat
from camera_agent.link.client import Client
from camera_agent.log_buffer import LogBuffer
from camera_agent.machine import Machine
from camera_agent.record_uploader import RecordUploader
from camera_agent.remote_config import RemoteConfig
from camera_agent.status_collector import StatusCollector
from camera_agent.uploader_pool import UploaderPool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camera_agent.clock import Clock
    from camera_agent.commands import Action
    from camera_agent.config import Config
    from camera_agent.home import Home
    from camera_agent.link.uploader import UploadAttempt
    from camera_agent.spool.store import Spool
    from camera_agent.status import Status
    from camera_agent.threads import ThreadGroup

#: Seconds after which a heartbeat without a response is given up, because the next one is due.
HEARTBEAT_TIMEOUT_S = 10.0


class ServerLink:
    """The link to one server. `config` is the agent's configuration with the server's settings over it."""

    def __init__(self, home: Home, own: Config, spool: Spool, clock: Clock, threads: ThreadGroup) -> None:
        server = own.server or str(home.read(home.identity_file).get("server", ""))
        if not server:
            raise BadInput(
                "No server is known.", "Pair first: camera-agent pair URL, or give one with --server."
            )
        self._home, self._spool, self._clock, self._threads = home, spool, clock, threads
        self._heartbeat_client = Client(server, timeout_s=HEARTBEAT_TIMEOUT_S)
        self.server = self._heartbeat_client.server
        self.remote_config = RemoteConfig(home, own)
        self.config = self.remote_config.load()
        self.log = LogBuffer(clock)
        self.uploaders = UploaderPool(server, home, spool, clock, threads, settings=self.config.delivery)
        self._commands: CommandRunner | None = None
        self._heartbeat: Heartbeat | None = None

    def start(
        self,
        status: Status,
        on_attempt: Callable[[UploadAttempt], None],
        *,
        actions: Mapping[str, Action] | None = None,
        is_alive: Callable[[], bool] = lambda: True,
    ) -> None:
        """Start all threads. `actions` are the commands that can be run; `is_alive` checks other loops."""
        config = self.config
        commands = CommandRunner(self._spool.command_results, actions or {}, on_finish=self.wake)
        collector = StatusCollector(
            spool=self._spool,
            clock=self._clock,
            status=status,
            delivery_policy=self.uploaders.delivery_policy,
            machine=Machine(),
            log=self.log,
            remote_config=self.remote_config,
            commands=commands,
            record_uploader=RecordUploader(self._heartbeat_client, self._spool.records),
            free_bytes=lambda: self._spool.free_bytes(quota=config.quota_bytes, reserve=config.reserve_bytes),
        )
        self._heartbeat = Heartbeat(
            self._heartbeat_client,
            status,
            self._clock,
            home=self._home,
            counts=self._spool.counts,
            stop=self._threads.stop,
            collector=collector,
            is_alive=is_alive,
        )
        self._commands = commands
        self.uploaders.start(on_attempt)
        self._threads.start("heartbeat", self._heartbeat.run)
        self._threads.start("commands", lambda: commands.run(self._threads.stop))

    def wake(self) -> None:
        """Send a heartbeat now."""
        if self._heartbeat is not None:
            self._heartbeat.wake()

    def abort(self) -> None:
        """Interrupt all threads, so that they notice the stop."""
        self.wake()
        self._heartbeat_client.abort()
        self.uploaders.abort()
        if self._commands is not None:
            self._commands.wake()
