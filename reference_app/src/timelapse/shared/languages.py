"""The language of a browser, where Django's own middleware does not choose it."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from django.conf import settings
from django.utils import translation

#: Characters of a browser's languages that are read.
LONGEST_LANGUAGES: Final = 500


def preferred_language(accepted: str) -> str:
    """Return the first language of an ``Accept-Language`` header that there is, else the default one."""
    for named in accepted[:LONGEST_LANGUAGES].split(","):
        with suppress(LookupError, ValueError):
            return translation.get_supported_language_variant(named.partition(";")[0].strip().lower())
    return settings.LANGUAGE_CODE
