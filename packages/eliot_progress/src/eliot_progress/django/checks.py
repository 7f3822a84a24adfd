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
_RULE = "a function (user, state) that returns whether the user sees the task"


def check_settings(app_configs: Sequence[AppConfig] | None, **_: object) -> list[Error]:  # noqa: ARG001 - Django's
    """Report unknown keys, with a suggestion, and invalid values."""
    configured = getattr(settings, "ELIOT_PROGRESS", {})
    if not isinstance(configured, dict):
        text, hint = (
            f"ELIOT_PROGRESS is {configured!r}.",
            'Write a dict: ELIOT_PROGRESS = {"DATABASE": "log"}.',
        )
        return [Error(text, hint=hint, id="eliot_progress.E003")]
    known = [field.name for field in fields(Settings)]
    if unknown := [_unknown(key, known) for key in configured if key not in known]:
        return unknown
    values = Settings(**configured)
    return [
        *_adopt(values.ADOPT),
        *_database(values.DATABASE),
        *_importable("STORE", values.STORE, "E006", "a store, or of a callable that returns one"),
        *(_importable("CAN_VIEW", values.CAN_VIEW, "E007", _RULE) if values.CAN_VIEW else ()),
    ]


def _adopt(policy: object) -> list[Error]:
    if policy in _CHOICES:
        return []
    text, hint = f"ELIOT_PROGRESS['ADOPT'] is {policy!r}.", f"Use one of {', '.join(_CHOICES)}."
    return [Error(text, hint=hint, id="eliot_progress.E002")]


def _database(alias: object) -> list[Error]:
    from eliot_progress.django.models import LogMessage  # noqa: PLC0415 - checks are loaded before models

    text = f"ELIOT_PROGRESS['DATABASE'] is {alias!r}"
    if alias not in list(settings.DATABASES):
        hint = f"Add it to DATABASES, or use one of {', '.join(settings.DATABASES)}."
        return [Error(f"{text}, which is not in DATABASES.", hint=hint, id="eliot_progress.E004")]
    if router.db_for_write(LogMessage) != alias:
        hint = 'Write DATABASE_ROUTERS = ["eliot_progress.django.router.Router"].'
        return [Error(f"{text}, but no router uses it.", hint=hint, id="eliot_progress.E005")]
    return []


def _importable(key: str, path: object, number: str, what: str) -> list[Error]:
    try:
        import_string(str(path))
    except ImportError as error:
        text = f"ELIOT_PROGRESS[{key!r}] is {path!r}, which can't be imported ({error})."
        return [Error(text, hint=f"Set the dotted path of {what}.", id=f"eliot_progress.{number}")]
    return []


def _unknown(key: str, known: list[str]) -> Error:
    match = get_close_matches(key, known, 1, 0.5)
    hint = f"Did you mean {match[0]!r}?" if match else f"Known settings: {', '.join(known)}."
    return Error(f"ELIOT_PROGRESS[{key!r}] is not a setting.", hint=hint, id="eliot_progress.E001")
