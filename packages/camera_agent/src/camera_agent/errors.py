"""The agent's errors: each has a message, a remedy and an exit code."""

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
    """Something that was typed or configured can't work. Exit code 2."""

    exit_code = 2


class AnotherAgent(BadInput):
    """Another agent is running in this folder."""


class NotDelivered(AgentError):  # noqa: N818 - reads as what happened
    """Not everything was delivered; the rest stays in the spool. Exit code 4."""

    exit_code = 4


class LinkDown(AgentError):  # noqa: N818 - reads as what happened
    """The server can't be reached now; a later attempt may succeed. Exit code 4."""

    exit_code = 4


class DriverError(AgentError):
    """The camera reports that it could not do what was requested; its process still works."""


class DriverLost(AgentError):  # noqa: N818 - reads as what happened
    """The driver's process died or hung and was killed; a new one must be started."""


class PictureLost(AgentError):  # noqa: N818 - reads as what happened
    """One picture of the spool can't be read any more."""


class SpoolError(AgentError):
    """The spool on disk can't be used."""
