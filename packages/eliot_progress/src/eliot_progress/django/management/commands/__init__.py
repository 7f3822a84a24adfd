"""Commands of Django's manage.py."""

from __future__ import annotations
