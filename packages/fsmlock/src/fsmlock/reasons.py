"""Why something can't be done now, as a value that code can ask and a person can read."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Param: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that stands in the way.

    ``code`` is stable and meant for programs, ``message`` says what is so, ``remedy`` what to do about it.
    """

    code: str
    message: str
    remedy: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


def sentence(reasons: Iterable[Reason]) -> str:
    """All the reasons as one text."""
    return " ".join(str(reason) for reason in reasons)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A guess to append to an error, e.g. `` Did you mean 'render'?``; else the words that exist."""
    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=1)
    if close:
        return f" Did you mean {close[0]!r}?"
    return f" Known: {', '.join(words)}." if words else ""
