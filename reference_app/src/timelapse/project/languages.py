"""The language of a page's socket. That of its requests is Django's own matter."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_supported_language_variant


def language_in(payload: object) -> str:
    """Return the language that a page names as it connects; the default one for a page that names none."""
    named = payload.get("language") if isinstance(payload, dict) else None
    try:
        return get_supported_language_variant(named) if isinstance(named, str) else settings.LANGUAGE_CODE
    except (LookupError, ValueError):  # none that is spoken here, or no name of one
        return settings.LANGUAGE_CODE
