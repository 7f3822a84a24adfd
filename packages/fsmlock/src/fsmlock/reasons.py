"""A reason: why something isn't possible now, as a value that programs can inspect and people can read."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from fsmlock.sentences import translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Param: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that blocks an operation.

    ``code`` is stable and meant for programs. ``message`` describes the situation, ``remedy`` what to do
    about it. ``params`` holds the values in the message by name.
    """

    code: str
    message: str
    remedy: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def translated(self) -> Reason:
        """The reason in the language that is active. Texts with values are translated if they are sentences.

        See ``fsmlock.sentences``.
        """
        return replace(self, message=translated(self.message), remedy=translated(self.remedy))


def storable(text: str, *, at_most: int | None = None) -> str:
    """The text as every store can keep it, cut to ``at_most`` characters.

    NUL and halves of surrogate pairs become question marks: databases refuse the one, UTF-8 the other.
    """
    if text.isascii() and "\0" not in text:
        return text[:at_most]
    return text.encode("utf-8", "replace").decode().replace("\0", "?")[:at_most]


def as_text(reasons: Iterable[Reason]) -> str:
    """All reasons as one text."""
    return " ".join(str(reason) for reason in reasons)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion to append to an error, e.g. `` Did you mean 'render'?``, else the list of known words."""
    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=1)
    if close:
        return f" Did you mean {close[0]!r}?"
    return f" Known: {', '.join(words)}." if words else ""
