"""The server's commands on disk, so that each is done once whatever is repeated or restarted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from camera_agent.home import Json
    from camera_agent.spool.index import Index

Doing = Literal["running", "done", "failed"]
#: So many commands are remembered after the server has heard what became of them.
REMEMBERED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command and what became of it; `capture` is the id of what was taken."""

    id: str
    state: Doing
    message: str = ""
    capture: str = ""

    def told(self) -> dict[str, Json]:
        """The acknowledgement, as the protocol has it."""
        about: dict[str, Json] = {"id": self.id, "state": self.state, "message": self.message}
        return about | ({"capture": self.capture} if self.capture else {})


class Orders:
    """Which commands were begun, and what is to be acknowledged."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def begin(self, identity: str) -> bool:
        """Note that a command is begun; False when it was before."""
        return (
            self._index.change("INSERT OR IGNORE INTO commands (id, state) VALUES (?, 'running')", identity)
            > 0
        )

    def end(self, order: Order) -> None:
        """Note what became of it."""
        self._index.change(
            "UPDATE commands SET state = ?, message = ?, capture = ?, heard = 0 WHERE id = ?",
            *(order.state, order.message, order.capture, order.id),
        )

    def resume(self) -> None:
        """After a start: what the agent was stopped in has failed."""
        self._index.change(
            "UPDATE commands SET state = 'failed', message = 'The agent was stopped while it did this.'"
            " WHERE state = 'running'"
        )

    def unheard(self, limit: int = 50) -> list[Order]:
        """What the server has not heard yet."""
        rows = self._index.all("SELECT * FROM commands WHERE heard = 0 ORDER BY number LIMIT ?", limit)
        return [
            Order(id=row["id"], state=row["state"], message=row["message"], capture=row["capture"])
            for row in rows
        ]

    def heard(self, told: Iterable[Order], identities: Iterable[str]) -> None:
        """The server names commands whose acknowledgement it has; `told` is what it was told."""
        named = set(identities)
        for order in told:
            if order.id in named:
                self._index.change(
                    "UPDATE commands SET heard = 1 WHERE id = ? AND state = ?", order.id, order.state
                )
        self._index.change(
            "DELETE FROM commands WHERE heard = 1 AND number <= (SELECT max(number) FROM commands) - ?",
            REMEMBERED,
        )
