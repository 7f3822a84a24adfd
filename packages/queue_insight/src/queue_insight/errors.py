"""The errors. Each one names its cause and the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from queue_insight.refusals import Refusal


class QueueInsightError(Exception):
    """Base class of all errors of this package."""


class BrokerUnreachableError(QueueInsightError):
    """The broker did not respond."""

    def __init__(self, url: str, cause: BaseException) -> None:
        self.url = url
        super().__init__(
            f"The broker at {url} did not respond ({type(cause).__name__}: {cause}). "
            "Start it, or correct Celery's broker_url."
        )


class BrokerRefusedError(BrokerUnreachableError):
    """The broker refused the login, the virtual host, or what was asked."""

    def __init__(self, url: str, cause: BaseException, refusal: Refusal | None = None) -> None:
        self.url = url
        self.refusal = refusal
        what, remedy = (
            ("refused the connection", "Correct user, password and virtual host in {setting}.")
            if refusal is None
            else (refusal.what, refusal.remedy)
        )
        QueueInsightError.__init__(
            self,
            f"The broker at {url} {what} ({type(cause).__name__}: {cause}). "
            + remedy.format(setting="Celery's broker_url"),
        )


class BrokerUnsupportedError(QueueInsightError):
    """The package cannot read this kind of broker."""

    def __init__(self, transport: str) -> None:
        self.transport = transport
        super().__init__(
            f"queue_insight cannot read a {transport!r} broker; it reads Redis, Valkey, RabbitMQ, "
            "and kombu's filesystem and memory. "
            "What the workers report through events is still shown."
        )


class StoreUnreachableError(QueueInsightError):
    """The store of the collector's state did not respond."""

    def __init__(self, url: str, cause: BaseException) -> None:
        self.url = url
        super().__init__(
            f"The store at {url} did not respond ({type(cause).__name__}: {cause}). "
            "Start it, or correct QUEUE_INSIGHT['STORE']."
        )


class StoreRefusedError(StoreUnreachableError):
    """The store responds and refuses what was asked, such as one that takes no writes."""

    def __init__(self, url: str, cause: BaseException, refusal: Refusal, *, setting: str) -> None:
        self.url = url
        self.refusal = refusal
        QueueInsightError.__init__(
            self,
            f"The store at {url} {refusal.what} ({type(cause).__name__}: {cause}). "
            f"{refusal.remedy.format(setting=setting)}",
        )


class StoreNotMigratedError(StoreUnreachableError):
    """The store is a database without this package's tables."""

    def __init__(self, where: str) -> None:
        self.url = where
        QueueInsightError.__init__(
            self,
            f"The store, {where}, has no tables of queue_insight. "
            'Run "manage.py migrate queue_insight" for this database.',
        )


class LeaseLostError(QueueInsightError):
    """Another collector holds the lease, so nothing was written."""

    def __init__(self) -> None:
        super().__init__("Another collector has taken the lease. This one stands by until the lease is free.")


class CollectorStateUnreadableError(QueueInsightError):
    """The store contains a state that this version cannot read."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The collector's last state cannot be read: {why}. "
            "Run the collector and its readers with the same version of queue_insight."
        )


class SettingInvalidError(QueueInsightError):
    """A setting has a value that cannot work."""


class InvalidCursorError(QueueInsightError):
    """A cursor is none that this list returned."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(
            f"The cursor is none of a {kind} list. Pass an endCursor that this list returned, or none."
        )


class CursorExpiredError(QueueInsightError):
    """The task behind which a page would begin is no longer near where it stood."""

    def __init__(self, queue: str, task_id: str) -> None:
        self.queue = queue
        self.task_id = task_id
        super().__init__(
            f"Task {task_id!r} is no longer near the place where it stood in queue {queue!r}, "
            "so what follows it is not known. Begin with the first page."
        )
