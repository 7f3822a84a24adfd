"""The interface of a broker: how many messages wait in each queue, and which are the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A task message in the broker, read without consuming it."""

    id: str
    queue: str
    #: Empty when the message does not contain it (task protocol 1).
    name: str = ""
    args_summary: str = ""
    #: Epoch seconds by the sender's clock, when the message contains its publish time.
    sent_at: float | None = None
    #: Earliest start, in epoch seconds.
    eta: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueBacklog:
    """The messages that wait in one queue."""

    queue: str
    #: All priorities together.
    depth: int
    #: The first messages, in order of delivery.
    head: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerState:
    """What one read of the broker returned."""

    backlogs: tuple[QueueBacklog, ...] = ()
    #: Number of delivered and unacknowledged messages; None when the broker does not report it.
    unacked: int | None = None
    #: Some of these messages, in no particular order.
    unacked_head: tuple[Message, ...] = ()
    #: Number of messages read that are no task or have fields out of range.
    malformed: int = 0
    #: Whether the broker was read.
    read: bool = True


class Broker(Protocol):
    """Reads a broker without changing it."""

    def read(self, queues: Iterable[str], *, peek: int, delivered: int | None = None) -> BrokerState:
        """Return the backlog of these queues, with at most `peek` messages of each, consuming none.

        `delivered` is the maximum number of delivered messages, by default the same.

        Raises:
            BrokerUnreachableError: the broker did not respond.
        """
        ...

    def discover(self) -> tuple[str, ...]:
        """Return the names of queues that exist in the broker and were found since the last call.

        Raises:
            BrokerUnreachableError: the broker did not respond.
        """
        ...


class Pages(Protocol):
    """Reads a queue page by page without changing it."""

    def page(self, queue: str, *, skip: int, count: int) -> tuple[Message, ...]:
        """Return up to `count` tasks that stand behind the first `skip` ones of the queue, consuming none.

        Raises:
            BrokerUnreachableError: the broker did not respond.
        """
        ...
