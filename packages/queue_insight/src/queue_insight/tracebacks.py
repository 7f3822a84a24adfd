"""Finds in a traceback's text the exception, and its place in the project's own code. Pure.

Workers send tracebacks as text, with paths of their own hosts. Of it only names are kept: the lines of source
code in it may contain secrets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from queue_insight import conf
from queue_insight.fields import MAX_COUNT, MAX_NAME, storable

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Maximum number of characters of one traceback that are looked through.
MAX_READ: Final = 200_000
#: Number of parts of a file's path that are kept: hosts and releases differ in those before.
KEPT_PARTS: Final = 3
#: What Python writes between an exception and the one that it led to, which comes last.
_CHAINED: Final = (
    "\n\nThe above exception was the direct cause of the following exception:\n\n",
    "\n\nDuring handling of the above exception, another exception occurred:\n\n",
)
_FRAME = re.compile(
    r'^[ |+]*File "([^"\x00-\x1f]{1,1000})", line (\d{1,9}), in ([^\x00-\x1f]{1,255})$', re.MULTILINE
)
#: The line after the frames, which begins with the exception's full name.
_LAST_LINE = re.compile(r"^([^\W\d]\w*(?:\.(?:[^\W\d]\w*|<locals>))*)(?::|\s*$)", re.MULTILINE)
_REPR = re.compile(r"\s*([^\W\d]\w*)\(")
_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})
_STANDARD_LIBRARY = re.compile(r"/lib(?:64)?/python3(?:\.\d+)?t?/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What failed and where. An empty text stands for "not known"."""

    exception: str = ""
    #: The last parts of the file's path.
    file: str = ""
    function: str = ""
    line: int | None = None
    #: Whether it is the project's own code; else no frame of it is known, and this is the innermost one.
    is_own: bool = False


def origin(exception: str, traceback: str) -> Origin:
    """Return what the `repr` of an exception and the text of its traceback say.

    The project's own code is all that is neither Python's nor installed, and the installed packages that
    QUEUE_INSIGHT['OWN_PACKAGES'] names.

    Raises:
        SettingInvalidError: a setting is out of range.
    """
    last = traceback[_start_of_last(traceback) :][:MAX_READ]
    named = _LAST_LINE.search(last)
    frames = _FRAME.findall(last, 0, named.start() if named else len(last))
    name = _name(exception, named.group(1) if named else "")
    found = next((each for each in reversed(frames) if _is_own(each[0])), None)
    path, line, function = found or (frames[-1] if frames else ("", "", ""))
    return Origin(
        exception=storable(name),
        file=storable("/".join(_parts(path)[-KEPT_PARTS:]))[-MAX_NAME:],
        function=storable(function),
        line=min(int(line), MAX_COUNT) if line else None,
        is_own=found is not None,
    )


def _start_of_last(traceback: str) -> int:
    return max(traceback.rfind(each) + len(each) if each in traceback else 0 for each in _CHAINED)


def _name(exception: str, full_name: str) -> str:
    written = _REPR.match(exception)
    # The class may have a `repr` of its own; a traceback has its full name.
    if full_name and (written is None or full_name.rpartition(".")[2] == written.group(1)):
        return full_name[-MAX_NAME:]
    return written.group(1)[:MAX_NAME] if written else ""


def _parts(path: str) -> Sequence[str]:
    return path.replace("\\", "/").split("/")


def _is_own(path: str) -> bool:
    if path.startswith("<"):
        return False
    parts = _parts(path)
    for place, part in enumerate(parts[:-1]):
        if part in _INSTALLED:
            return parts[place + 1].removesuffix(".py") in conf.get().OWN_PACKAGES
    return not _STANDARD_LIBRARY.search(path)
