"""Removes secrets from texts by the names that they are given with, before anything is kept. Pure.

What is redacted is text: Celery sends arguments as their `repr`, possibly cut in the middle. A positional
argument has no name, so it is not recognised. Messages of exceptions often contain addresses, of which the
password is removed.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from queue_insight import conf

#: What stands in the place of a value.
REDACTED: Final = "[redacted]"
#: A quoted text, closed or cut; an escaped letter; or any letter.
_TOKEN = re.compile(r"""'(?:\\.|[^'\\])*'?|"(?:\\.|[^"\\])*"?|\\.|.""", re.DOTALL)
#: The quotation mark that closes the text around a value, with nothing but brackets behind it.
_LAST_QUOTE = re.compile(r"""['"][)\]}]+\Z""")
#: The password in "scheme://user:password@host".
_IN_ADDRESS = re.compile(r"(://[^\s:/@'\"]*:)[^\s/@'\"]+(?=@)")


def redact(text: str) -> str:
    """Return the text without the values of names that contain a word of QUEUE_INSIGHT['REDACT'].

    The password of an address is always removed.

    Raises:
        SettingInvalidError: a setting is out of range.
    """
    words = conf.get().REDACT
    if "://" in text:
        text = _IN_ADDRESS.sub(rf"\1{REDACTED}", text)
    # This runs for each event, and the pattern alone costs up to 15 times as much.
    lower = text.lower()
    if not any(word.lower() in lower for word in words):
        return text
    kept, position = [], 0
    for name in _pattern(words).finditer(text):
        # A name inside of a value that is redacted already.
        if name.start() >= position:
            kept += [text[position : name.end()], REDACTED]
            position = _end_of_value(text, name.end())
    return "".join([*kept, text[position:]])


@functools.cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    # 'password': or password= or "password" : as in dicts, JSON, calls and dataclasses.
    named = "|".join(re.escape(word) for word in words)
    return re.compile(rf"(?:{named})[\w-]*\\?['\"]?\s*[:=]\s*", re.IGNORECASE)


def _end_of_value(text: str, start: int) -> int:
    """Return the position after the value that begins here: before its comma, or the bracket around it."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        first = token.group()[0]
        if depth == 0 and (first in ")]}," or _LAST_QUOTE.match(text, token.start())):
            return token.start()
        depth += (first in "([{") - (first in ")]}")
    return len(text)
