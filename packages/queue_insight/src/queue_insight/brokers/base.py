"""What a broker can be asked: how many messages wait per queue, and what the first of them are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A task message in the broker, read without taking it."""

    id: str
    queue: str
    #: Empty when the message does not tell (task protocol 1).
    name: str = ""
    args_summary: str = ""
    #: Epoch seconds by the sender's clock, when the message was stamped.
    sent_at: float | None = None
    #: ISO 8601.
    eta: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The messages that wait in one queue."""

    queue: str
    #: All priorities together.
    depth: int
    #: The first ones, in the order in which they are taken.
    head: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look into the broker."""

    lines: tuple[Line, ...] = ()
    #: Messages delivered and not acknowledged, in all; None when the broker does not tell.
    unacked: int | None = None
    #: Some of those, in no order.
    unacked_head: tuple[Message, ...] = ()


class Broker(Protocol):
    """A broker that can be looked into."""

    def read(self, queues: Iterable[str], *, peek: int) -> Reading:
        """Return what waits in these queues, at most `peek` messages of each, taking none.

        Raises:
            BrokerUnreachableError: it did not answer.
        """
        ...
