"""System checks: a misspelt setting is an error with a guess."""

from __future__ import annotations

import difflib

from django.core.checks import CheckMessage, Error

from queue_insight import conf
from queue_insight.errors import SettingInvalidError


def check_settings(**_: object) -> list[CheckMessage]:
    """Report keys of QUEUE_INSIGHT that are no settings, and values that cannot work."""
    known = conf.names()
    found: list[CheckMessage] = [
        Error(f"QUEUE_INSIGHT[{key!r}] is not a setting.{_guess(key, known)}", id="queue_insight.E001")
        for key in conf.given()
        if key not in known
    ]
    try:
        conf.get()
    except SettingInvalidError as error:
        found.append(Error(str(error), id="queue_insight.E002"))
    return found


def _guess(key: str, known: frozenset[str]) -> str:
    close = difflib.get_close_matches(str(key).upper(), known, n=1)
    return f" Did you mean {close[0]!r}?" if close else f" There are: {', '.join(sorted(known))}."
