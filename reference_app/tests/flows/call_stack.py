"""Which of the project's files lie on the call stack when a function is reached."""

from __future__ import annotations

import inspect
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

ROOT = Path(__file__).parents[3]
_SOURCES = [*(path for path in ROOT.glob("packages/*/src")), ROOT / "reference_app" / "src"]


@contextmanager
def stacks_at(owner: Any, name: str) -> Iterator[list[list[str]]]:
    """Record the files on the stack at each call of ``owner.name``, the first caller first.

    A file counts once, where it is first entered; the last one is that of the function itself.
    """
    recorded: list[list[str]] = []
    original = getattr(owner, name)

    def recording(*args: object, **kwargs: object) -> object:
        files = _files(sys._getframe(1))
        recorded.append([*files, *_own(inspect.unwrap(original).__code__.co_filename, files)])
        return original(*args, **kwargs)

    setattr(owner, name, recording)
    try:
        yield recorded
    finally:
        setattr(owner, name, original)


def _files(frame: FrameType | None) -> list[str]:
    files: list[str] = []
    while frame is not None:
        files.append(frame.f_code.co_filename)
        frame = frame.f_back
    found: list[str] = []
    for file in reversed(files):
        found += _own(file, found)
    return found


def _own(file: str, found: list[str]) -> list[str]:
    """The file, if it is one of the project's and not yet found."""
    for source in _SOURCES:
        if Path(file).is_relative_to(source):
            name = str(Path(file).relative_to(source))
            return [] if name in found else [name]
    return []
