"""The Django side: middleware, settings, models and admin."""

from __future__ import annotations
