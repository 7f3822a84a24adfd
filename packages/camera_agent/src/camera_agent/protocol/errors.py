"""The error of a value that the protocol does not allow."""

from __future__ import annotations


class InvalidValueError(ValueError):
    """A value that the protocol does not allow.

    Attributes:
        message: what is wrong, a sentence.
        remedy: what to do about it, a sentence; may be empty.
        code: the kind of mistake, for programs.
        path: the value's name, as `schedule.windows`; empty for a value without a name.
    """

    def __init__(self, message: str, remedy: str = "", *, code: str = "wrong_value", path: str = "") -> None:
        super().__init__(f"{message} {remedy}".rstrip())
        self.message, self.remedy, self.code, self.path = message, remedy, code, path

    def at(self, path: str) -> InvalidValueError:
        """Return the same error for a value of this name."""
        return InvalidValueError(self.message, self.remedy, code=self.code, path=path)
