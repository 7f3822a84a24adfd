"""The server's commands on disk, so that each runs once despite repetitions and restarts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from camera_agent.protocol import messages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from camera_agent.spool.index import Index

CommandState = Literal["running", "done", "failed"]
#: This many commands are remembered after the server has acknowledged their results.
REMEMBERED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """A command's state and result; `capture` is the id of the capture that it took, if any."""

    id: str
    state: CommandState
    message: str = ""
    capture: str = ""

    def to_message(self) -> messages.CommandResult:
        """Return the result in the protocol's form."""
        return messages.CommandResult(
            id=self.id, state=self.state, message=self.message, capture=self.capture
        )


class CommandResults:
    """Stores which commands were started, and the results that the server has not acknowledged."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def start(self, identity: str) -> bool:
        """Record that a command starts; False when it was started before."""
        return (
            self._index.change("INSERT OR IGNORE INTO commands (id, state) VALUES (?, 'running')", identity)
            > 0
        )

    def finish(self, result: CommandResult) -> None:
        """Record a command's result."""
        self._index.change(
            "UPDATE commands SET state = ?, message = ?, capture = ?, acknowledged = 0 WHERE id = ?",
            *(result.state, result.message, result.capture, result.id),
        )

    def fail_interrupted(self) -> None:
        """Fail the commands during which the agent was stopped. To be called at start."""
        self._index.change(
            "UPDATE commands SET state = 'failed', message = 'The agent was stopped while it did this.'"
            " WHERE state = 'running'"
        )

    def unacknowledged(self, limit: int = 50) -> list[CommandResult]:
        """Return results that the server has not acknowledged, oldest first."""
        rows = self._index.all("SELECT * FROM commands WHERE acknowledged = 0 ORDER BY number LIMIT ?", limit)
        return [
            CommandResult(id=row["id"], state=row["state"], message=row["message"], capture=row["capture"])
            for row in rows
        ]

    def acknowledge(self, sent: Iterable[CommandResult], identities: Iterable[str]) -> None:
        """Record which of the results `sent` the server has acknowledged, by the commands' ids."""
        acknowledged = set(identities)
        for result in sent:
            if result.id in acknowledged:
                self._index.change(
                    "UPDATE commands SET acknowledged = 1 WHERE id = ? AND state = ?", result.id, result.state
                )
        self._index.change(
            "DELETE FROM commands WHERE acknowledged = 1"
            " AND number <= (SELECT max(number) FROM commands) - ?",
            REMEMBERED,
        )
