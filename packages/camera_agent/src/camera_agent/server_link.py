"""Everything of an agent that talks to the server: heartbeats, records, commands, wishes, deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera_agent.commands import Commands
from camera_agent.courier import Courier
from camera_agent.delivering import Delivering
from camera_agent.errors import BadInput
from camera_agent.link.client import Client
from camera_agent.log import Log
from camera_agent.machine import Machine
from camera_agent.reporting import Reports
from camera_agent.telemetry import Heart
from camera_agent.wishes import Wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camera_agent.clock import Clock
    from camera_agent.commands import Action
    from camera_agent.config import Config
    from camera_agent.home import Home
    from camera_agent.link.sender import Report
    from camera_agent.running import Threads
    from camera_agent.spool.store import Spool
    from camera_agent.status import Status

#: A heartbeat that hears nothing for so long is over: the next one is due, and systemd's watchdog waits.
BEAT_TIMEOUT_S = 10.0


class Link:
    """One server. `config` are the agent's own settings with the server's last wishes over them."""

    def __init__(self, home: Home, own: Config, spool: Spool, clock: Clock, threads: Threads) -> None:
        server = own.server or str(home.read(home.identity_file).get("server", ""))
        if not server:
            raise BadInput(
                "No server is known.", "Pair first: camera-agent pair URL, or give one with --server."
            )
        self._home, self._spool, self._clock, self._threads = home, spool, clock, threads
        self._beats = Client(server, timeout_s=BEAT_TIMEOUT_S)
        self.server = self._beats.server
        self.wishes = Wishes(home, own)
        self.config = self.wishes.recall()
        self.log = Log(clock)
        self.delivering = Delivering(server, home, spool, clock, threads, settings=self.config.delivery)
        self._commands: Commands | None = None
        self._heart: Heart | None = None

    def start(
        self,
        status: Status,
        report: Callable[[Report], None],
        *,
        actions: Mapping[str, Action] | None = None,
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        """Start all threads. `actions` are the commands that can be done, `alive` tells of other loops."""
        commands, config = Commands(self._spool.orders, actions or {}, ended=self.wake), self.config
        reports = Reports(
            spool=self._spool,
            clock=self._clock,
            status=status,
            gate=self.delivering.gate,
            machine=Machine(),
            log=self.log,
            wishes=self.wishes,
            commands=commands,
            courier=Courier(self._beats, self._spool.records),
            room=lambda: self._spool.spare(quota=config.quota_bytes, reserve=config.reserve_bytes),
        )
        self._heart = Heart(
            self._beats,
            status,
            self._clock,
            home=self._home,
            counts=self._spool.counts,
            stop=self._threads.stop,
            reporting=reports,
            alive=alive,
        )
        self._commands = commands
        self.delivering.start(report)
        self._threads.start("heart", self._heart.run)
        self._threads.start("commands", lambda: commands.run(self._threads.stop))

    def wake(self) -> None:
        """There is something to tell the server at once."""
        if self._heart is not None:
            self._heart.wake()

    def abort(self) -> None:
        """Bring all threads back from where they wait, to see that it is time to stop."""
        self.wake()
        self._beats.abort()
        self.delivering.abort()
        if self._commands is not None:
            self._commands.wake()
