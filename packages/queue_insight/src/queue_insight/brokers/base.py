"""The interface of a broker: how many messages wait in each queue, and which are the first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What can be learned from a broker without changing it. What is not there is unknown, never 0."""

    #: How many messages wait in each queue.
    counts: bool = False
    #: How many messages were delivered and are not acknowledged.
    unacked: bool = False
    #: How many messages the broker itself keeps until they are due.
    delayed: bool = False
    #: Which messages wait, in order of delivery, anywhere in a queue.
    page: bool = False
    #: Which messages were delivered and not acknowledged, so that a task can be found by its id.
    find: bool = False
    #: How many consumers each queue has.
    consumers: bool = False
    #: Which queues there are.
    discover: bool = False


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
    #: Until when it may start, in epoch seconds; a worker discards it later.
    expires: float | None = None
    #: How often it was retried before.
    retries: int = 0
    #: When the broker delivered it, in epoch seconds by the worker's clock; None if it waits or that is not
    #: known.
    delivered_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueBacklog:
    """The messages that wait in one queue."""

    queue: str
    #: All priorities together; None when it is not known.
    depth: int | None
    #: The first messages, in order of delivery.
    head: tuple[Message, ...] = ()
    #: Number of consumers, which may be other programs than workers; None when it is not known.
    consumers: int | None = None
    #: Number of delivered and unacknowledged messages; None when it is not known.
    unacked: int | None = None
    #: The broker's kind of queue, as "classic" or "quorum"; empty when it has none or that is not known.
    kind: str = ""
    #: Whether the broker has the queue; one that it does not have holds nothing.
    exists: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayedMessages:
    """Messages that the broker keeps until they are due, for all queues together."""

    #: All of them are due within so many seconds.
    within_s: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a search for one task in one queue found."""

    queue: str
    #: None if it was not found.
    message: Message | None = None
    #: How many messages are delivered before it.
    ahead: int = 0
    #: How many messages were looked at.
    looked_at: int = 0
    #: Whether these stand where those do that were sent at that time; else they are the first of the queue.
    by_time: bool = False


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
    #: Seconds after which an unacknowledged message is delivered again; None for a broker without that.
    visibility_timeout_s: float | None = None
    #: Whether the broker was read.
    read: bool = True
    #: What the broker keeps until it is due, the soonest first; None when the broker does not report it.
    delayed: tuple[DelayedMessages, ...] | None = None
    #: Age of the counts of unacknowledged messages in seconds, at most; None: they are exact.
    unacked_age_s: float | None = None
    #: By id of a task, what was searched for it beyond the first messages.
    searches: Mapping[str, tuple[Search, ...]] = field(default_factory=dict)
    #: Whether the first messages of the queues were read, as far as they were asked for.
    heads_read: bool = True
    #: Queues that exist and could not be counted, and why.
    refused: Mapping[str, str] = field(default_factory=dict)
    #: Why the broker's management API gave no answer; empty when it did, or when there is none to ask.
    management_failure: str = ""


class Broker(Protocol):
    """Reads a broker without changing it: it consumes, reorders, marks, blocks and requeues nothing."""

    @property
    def capabilities(self) -> Capabilities:
        """What can be learned from this broker."""
        ...

    def read(self, queues: Iterable[str], *, peek: int, delivered: int | None = None) -> BrokerState:
        """Return the backlog of these queues, with at most `peek` messages of each, consuming none.

        `delivered` is the maximum number of delivered messages, by default the same.

        Raises:
            BrokerUnreachableError: the broker did not respond, or refused the login.
        """
        ...

    def discover(self) -> tuple[str, ...]:
        """Return the names of queues that exist in the broker and were found since the last call.

        Without the capability `discover` there are none.

        Raises:
            BrokerUnreachableError: the broker did not respond, or refused the login.
        """
        ...

    def page(self, queue: str, *, skip: int, count: int) -> tuple[Message, ...]:
        """Return up to `count` tasks that stand behind the first `skip` ones of the queue, consuming none.

        Without the capability `page` there are none.

        Raises:
            BrokerUnreachableError: the broker did not respond, or refused the login.
        """
        ...

    def locate(self, task_id: str, queue: str, *, sent_at: float | None) -> Search:
        """Look for a task where those stand that were sent at this time, or without one from the head on.

        What is looked at is bounded, and none is consumed. Without the capability `page` nothing is.

        Raises:
            BrokerUnreachableError: the broker did not respond, or refused the login.
        """
        ...
