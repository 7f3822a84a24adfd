"""Every error the agent raises on purpose: one sentence of what happened, one of what to do, an exit code."""

from __future__ import annotations

from typing import ClassVar


class AgentError(Exception):
    """The root of the agent's errors; `str()` is the message followed by the remedy."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class BadInput(AgentError):  # noqa: N818 - reads as what happened
    """Something the person typed or configured can't work: exit code 2."""

    exit_code = 2


class AnotherAgent(BadInput):
    """An agent runs in this folder already."""


class NotDelivered(AgentError):  # noqa: N818 - reads as what happened
    """The server did not take everything; what is left stays in the spool: exit code 4."""

    exit_code = 4


class LinkDown(AgentError):  # noqa: N818 - reads as what happened
    """The server can't be reached just now; trying again makes sense."""

    exit_code = 4


class DriverError(AgentError):
    """The camera could not do what was asked, and says so; its process is fine."""


class DriverLost(AgentError):  # noqa: N818 - reads as what happened
    """The driver's process died or hung and was killed; a new one must be started."""


class PictureLost(AgentError):  # noqa: N818 - reads as what happened
    """A picture of the spool can't be read any more; the others can."""


class SpoolError(AgentError):
    """The spool on disk can't be used."""
