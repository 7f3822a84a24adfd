"""The Django side: middleware and settings."""

from __future__ import annotations
