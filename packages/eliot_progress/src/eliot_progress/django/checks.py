"""The system check of the settings."""

from __future__ import annotations

from dataclasses import fields
from difflib import get_close_matches
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.checks import Error

from eliot_progress.django.conf import ALWAYS, NEVER, SAME_ORIGIN, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.apps import AppConfig

_CHOICES = (NEVER, SAME_ORIGIN, ALWAYS)


def check_settings(app_configs: Sequence[AppConfig] | None, **_: object) -> list[Error]:  # noqa: ARG001 - Django's
    """Unknown keys, with a guess at what was meant, and unknown values."""
    given = getattr(settings, "ELIOT_PROGRESS", {})
    known = [field.name for field in fields(Settings)]
    errors = [_unknown(key, known) for key in given if key not in known]
    if given.get("ADOPT", NEVER) not in _CHOICES:
        text = f"ELIOT_PROGRESS['ADOPT'] is {given['ADOPT']!r}."
        errors.append(Error(text, hint=f"Use one of {', '.join(_CHOICES)}.", id="eliot_progress.E002"))
    return errors


def _unknown(key: str, known: list[str]) -> Error:
    guess = get_close_matches(key, known, 1, 0.5)
    hint = f"Did you mean {guess[0]!r}?" if guess else f"Known: {', '.join(known)}."
    return Error(f"ELIOT_PROGRESS[{key!r}] is not a setting.", hint=hint, id="eliot_progress.E001")
