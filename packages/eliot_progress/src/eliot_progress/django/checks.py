"""The system check of the settings."""

from __future__ import annotations

from dataclasses import fields
from difflib import get_close_matches
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.checks import Error
from django.db import router
from django.utils.module_loading import import_string

from eliot_progress.django.conf import ALWAYS, NEVER, SAME_ORIGIN, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.apps import AppConfig

_CHOICES = (NEVER, SAME_ORIGIN, ALWAYS)


def check_settings(app_configs: Sequence[AppConfig] | None, **_: object) -> list[Error]:  # noqa: ARG001 - Django's
    """Unknown keys, with a guess at what was meant, and values that name nothing."""
    given = getattr(settings, "ELIOT_PROGRESS", {})
    if not isinstance(given, dict):
        text, hint = f"ELIOT_PROGRESS is {given!r}.", 'Write a dict: ELIOT_PROGRESS = {"DATABASE": "log"}.'
        return [Error(text, hint=hint, id="eliot_progress.E003")]
    known = [field.name for field in fields(Settings)]
    if unknown := [_unknown(key, known) for key in given if key not in known]:
        return unknown
    chosen = Settings(**given)
    return [*_adopt(chosen.ADOPT), *_database(chosen.DATABASE), *_store(chosen.STORE)]


def _adopt(whom: object) -> list[Error]:
    if whom in _CHOICES:
        return []
    text, hint = f"ELIOT_PROGRESS['ADOPT'] is {whom!r}.", f"Use one of {', '.join(_CHOICES)}."
    return [Error(text, hint=hint, id="eliot_progress.E002")]


def _database(alias: object) -> list[Error]:
    from eliot_progress.django.models import LogMessage  # noqa: PLC0415 - checks are loaded before models

    text = f"ELIOT_PROGRESS['DATABASE'] is {alias!r}"
    if alias not in list(settings.DATABASES):
        hint = f"Name it in DATABASES, or use one of {', '.join(settings.DATABASES)}."
        return [Error(f"{text}, which DATABASES does not name.", hint=hint, id="eliot_progress.E004")]
    if router.db_for_write(LogMessage) != alias:
        hint = 'Write DATABASE_ROUTERS = ["eliot_progress.django.router.Router"].'
        return [Error(f"{text}, and no router leads there.", hint=hint, id="eliot_progress.E005")]
    return []


def _store(path: object) -> list[Error]:
    try:
        import_string(str(path))
    except ImportError as error:
        text = f"ELIOT_PROGRESS['STORE'] is {path!r}, which can't be imported ({error})."
        hint = "Give the dotted path of a callable that gives a store."
        return [Error(text, hint=hint, id="eliot_progress.E006")]
    return []


def _unknown(key: str, known: list[str]) -> Error:
    guess = get_close_matches(key, known, 1, 0.5)
    hint = f"Did you mean {guess[0]!r}?" if guess else f"Known: {', '.join(known)}."
    return Error(f"ELIOT_PROGRESS[{key!r}] is not a setting.", hint=hint, id="eliot_progress.E001")
