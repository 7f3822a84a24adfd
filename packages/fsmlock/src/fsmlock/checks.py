"""System checks: what can be refused before the first request is refused here, with the remedy."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from django.core.checks import CheckMessage, Error, register

from fsmlock import conf
from fsmlock.reasons import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.apps import AppConfig


@register("fsmlock")
def check_settings(*, app_configs: Sequence[AppConfig] | None = None, **_: object) -> list[CheckMessage]:
    """E001: a key of FSMLOCK that isn't a setting."""
    del app_configs
    known = [f.name for f in fields(conf.Settings)]
    return [
        Error(
            f"FSMLOCK[{key!r}] is not a setting.{did_you_mean(key, known)}",
            hint="Correct the name, or remove it.",
            id="fsmlock.E001",
        )
        for key in conf.given()
        if key not in known
    ]
