"""Everything that brings captures to the server: senders, their limits, and previews ahead of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera_agent.delivery import wants_preview
from camera_agent.gate import Gate
from camera_agent.link.bucket import Bucket
from camera_agent.link.client import Client
from camera_agent.link.previews import Previews
from camera_agent.link.reading import Pace
from camera_agent.link.sender import Sender

if TYPE_CHECKING:
    from collections.abc import Callable

    from camera_agent.clock import Clock
    from camera_agent.delivery import Delivery
    from camera_agent.frame import Capture
    from camera_agent.home import Home
    from camera_agent.link.sender import Report, Waiting
    from camera_agent.running import Threads
    from camera_agent.spool.store import Spool

KIB = 1024


class Delivering:
    """Starts as many senders as the settings say. They may be exchanged while it runs."""

    def __init__(
        self, server: str, home: Home, spool: Spool, clock: Clock, threads: Threads, *, settings: Delivery
    ) -> None:
        self._server, self._home, self._spool, self._threads = server, home, spool, threads
        self._pace = Pace(threads.stop.wait)
        self._clients: list[Client] = []
        self.gate = Gate(settings, spool, clock)
        self.previews = Previews(spool.folder / "previews")
        self._report: Callable[[Report], None] | None = None
        self._set_pace(settings)

    def start(self, report: Callable[[Report], None]) -> None:
        """Start; `report` hears of every attempt to deliver a capture."""
        self._report = report
        self._sender(self.previews, report=_unheard, may_send=lambda: self.gate.settings.previews != "never")
        self._start_senders(report)

    def adopt(self, settings: Delivery) -> None:
        """Deliver by other settings from now on."""
        self.gate.settings = settings
        self.gate.look_again()
        self._set_pace(settings)
        if self._report is not None:
            self._start_senders(self._report)
        self.wake()

    def wants_preview(self) -> bool:
        """Whether the next capture gets a preview."""
        pending = self._spool.counts().pending
        return wants_preview(self.gate.settings, pending=pending, held=not self.gate.is_open())

    def previewed(self, capture: Capture, content: bytes) -> None:
        """Send a small copy of a capture ahead."""
        self.previews.add(content, taken=capture.taken, sequence=capture.sequence, of=capture.capture)

    def abort(self) -> None:
        """Bring all senders back from where they wait, to see that it is time to stop."""
        for client in self._clients:
            client.abort()
        self.wake()

    def wake(self) -> None:
        """Something has changed: look again."""
        for changed in (self._spool.changed, self.previews.changed):
            with changed:
                changed.notify_all()

    def _start_senders(self, report: Callable[[Report], None]) -> None:
        for number in range(len(self._clients) - 1, self.gate.settings.parallel):
            self._sender(
                self._spool,
                report=report,
                may_send=lambda number=number: number < self.gate.settings.parallel and self.gate.is_open(),  # type: ignore[misc] # a default binds
            )

    def _sender(
        self, waiting: Waiting, *, report: Callable[[Report], None], may_send: Callable[[], bool]
    ) -> None:
        client = Client(self._server, token=self._home.token(), pace=self._pace)
        self._clients.append(client)
        sender = Sender(
            waiting,
            client,
            stop=self._threads.stop,
            token=self._home.token,
            report=report,
            may_send=may_send,
            ordered=lambda: self.gate.settings.ordered,
        )
        self._threads.start(f"sender {len(self._clients)}", sender.run)

    def _set_pace(self, settings: Delivery) -> None:
        rate = settings.rate_kib_s * KIB
        self._pace.bucket = Bucket(rate) if rate else None


def _unheard(_report: Report) -> None:
    """Of previews nobody needs to hear."""
