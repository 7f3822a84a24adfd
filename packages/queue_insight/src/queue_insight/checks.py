"""System checks of the settings."""

from __future__ import annotations

import difflib

from django.core.checks import CheckMessage, Error

from queue_insight import conf
from queue_insight.celery_app import import_app
from queue_insight.errors import SettingInvalidError


def check_settings(**_: object) -> list[CheckMessage]:
    """Report unknown keys of QUEUE_INSIGHT, with a suggestion, and values that cannot work."""
    known = conf.names()
    found: list[CheckMessage] = [
        Error(f"QUEUE_INSIGHT[{key!r}] is not a setting.{_suggestion(key, known)}", id="queue_insight.E001")
        for key in conf.configured()
        if key not in known
    ]
    try:
        if path := conf.get().APP:
            import_app(path)
    except SettingInvalidError as error:
        found.append(Error(str(error), id="queue_insight.E002"))
    return found


def _suggestion(key: str, known: frozenset[str]) -> str:
    close = difflib.get_close_matches(str(key).upper(), known, n=1)
    return f" Did you mean {close[0]!r}?" if close else f" Known settings: {', '.join(sorted(known))}."
