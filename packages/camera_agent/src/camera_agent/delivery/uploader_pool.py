"""The uploaders of captures and previews, with their limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera_agent.delivery.policy import DeliveryPolicy, wants_preview
from camera_agent.delivery.previews import PreviewQueue
from camera_agent.delivery.uploader import Uploader
from camera_agent.errors import DriverError
from camera_agent.remote.client import Client
from camera_agent.remote.request_body import Throttle, TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from camera_agent.captures import Capture, Look
    from camera_agent.delivery.uploader import UploadAttempt, UploadSource
    from camera_agent.home import Home
    from camera_agent.host.clock import Clock
    from camera_agent.host.threads import ThreadGroup
    from camera_agent.protocol.settings import DeliverySettings
    from camera_agent.spool.store import Spool

KIB = 1024


class UploaderPool:
    """Runs as many uploaders as the settings say, and none without a server (its address is empty).

    The settings may be replaced while it runs.
    `answered_at` returns the second of the monotonic clock at which the server last answered a heartbeat.
    """

    def __init__(
        self,
        server: str,
        home: Home,
        spool: Spool,
        clock: Clock,
        threads: ThreadGroup,
        *,
        settings: DeliverySettings,
        answered_at: Callable[[], float],
    ) -> None:
        self._server, self._home, self._spool, self._threads = server, home, spool, threads
        self._answered_at = answered_at
        self._throttle = Throttle(threads.stop.wait)
        self._clients: list[Client] = []
        self.policy = DeliveryPolicy(settings, spool, clock)
        self.previews = PreviewQueue(spool.folder / "previews")
        self._on_attempt: Callable[[UploadAttempt], None] | None = None
        self._set_rate(settings)

    def start(self, on_attempt: Callable[[UploadAttempt], None]) -> None:
        """Start the uploaders; `on_attempt` receives every attempt to upload a capture."""
        if not self._server:
            return
        self._on_attempt = on_attempt
        self._start_uploader(
            self.previews,
            on_attempt=_ignore,
            may_send=lambda: self.policy.settings.previews != "never",
        )
        self._start_uploaders(on_attempt)

    def update_settings(self, settings: DeliverySettings) -> None:
        """Change the settings."""
        self.policy.settings = settings
        self.policy.refresh()
        self._set_rate(settings)
        if self._on_attempt is not None:
            self._start_uploaders(self._on_attempt)
        self.wake()

    def wants_preview(self) -> bool:
        """Whether the next capture gets a preview. Nobody could see one without a server."""
        if not self._server:
            return False
        pending = self._spool.counts().pending
        return wants_preview(self.policy.settings, pending=pending, blocked=not self.policy.may_deliver())

    def send_preview(self, capture: Capture, content: bytes) -> None:
        """Send a preview of a capture ahead of it."""
        self.previews.add(
            content, captured_at=capture.captured_at, sequence=capture.sequence, of=capture.capture
        )

    def send_look(self, look: Look) -> None:
        """Send a picture of the focus aid, and its centre first. DriverError when the settings send none."""
        if self.policy.settings.previews == "never":
            raise DriverError(
                "The delivery settings send no previews.", "Set previews to another value while you focus."
            )
        sequence = self._spool.last_sequence()
        if look.whole:
            self.previews.add(look.whole, captured_at=look.captured_at, sequence=sequence)
        self.previews.add(look.centre, captured_at=look.captured_at, sequence=sequence, kind="focus")

    def abort(self) -> None:
        """Interrupt all uploaders, so that they notice the stop."""
        for client in self._clients:
            client.abort()
        self.wake()

    def wake(self) -> None:
        """Make idle uploaders check again."""
        for changed in (self._spool.changed, self.previews.changed):
            with changed:
                changed.notify_all()

    def _start_uploaders(self, on_attempt: Callable[[UploadAttempt], None]) -> None:
        for number in range(len(self._clients) - 1, self.policy.settings.parallel):
            self._start_uploader(
                self._spool,
                on_attempt=on_attempt,
                may_send=lambda number=number: (
                    number < self.policy.settings.parallel and self.policy.may_deliver()
                ),  # type: ignore[misc] # a default binds
            )

    def _start_uploader(
        self,
        source: UploadSource,
        *,
        on_attempt: Callable[[UploadAttempt], None],
        may_send: Callable[[], bool],
    ) -> None:
        client = Client(self._server, token=self._token(), throttle=self._throttle)
        self._clients.append(client)
        uploader = Uploader(
            source,
            client,
            stop=self._threads.stop,
            token=self._token,
            on_attempt=on_attempt,
            may_send=may_send,
            ordered=lambda: self.policy.settings.ordered,
            answered_at=self._answered_at,
        )
        self._threads.start(f"uploader {len(self._clients)}", uploader.run)

    def _token(self) -> str | None:
        return self._home.token_for(self._server)

    def _set_rate(self, settings: DeliverySettings) -> None:
        rate = settings.rate_kib_s * KIB
        self._throttle.bucket = TokenBucket(rate) if rate else None


def _ignore(_attempt: UploadAttempt) -> None:
    """Discard the attempts to upload previews."""
