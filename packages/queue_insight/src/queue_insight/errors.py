"""What can go wrong while looking: one root, each error with its facts and the next step."""

from __future__ import annotations


class QueueInsightError(Exception):
    """Looking at the queues failed."""


class BrokerUnreachableError(QueueInsightError):
    """The broker did not answer."""

    def __init__(self, url: str, cause: BaseException) -> None:
        self.url = url
        super().__init__(
            f"The broker at {url} did not answer ({type(cause).__name__}: {cause}). "
            "Start it, or correct Celery's broker_url."
        )


class BrokerUnsupportedError(QueueInsightError):
    """A broker of this kind cannot be looked into."""

    def __init__(self, transport: str) -> None:
        self.transport = transport
        super().__init__(
            f"queue_insight cannot look into a {transport!r} broker; it reads Redis and Valkey. "
            "What the workers report through events is still shown."
        )


class StoreUnreachableError(QueueInsightError):
    """The store of the collector's sightings did not answer."""

    def __init__(self, url: str, cause: BaseException) -> None:
        self.url = url
        super().__init__(
            f"The store at {url} did not answer ({type(cause).__name__}: {cause}). "
            "Start it, or correct QUEUE_INSIGHT['STORE']."
        )


class SightingUnreadableError(QueueInsightError):
    """The store holds something that this version cannot read."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The collector's last sighting cannot be read: {why}. "
            "Run the collector and its readers with the same version of queue_insight."
        )


class SettingInvalidError(QueueInsightError):
    """A setting has a value that cannot work."""
