"""The page in the Django admin: pure modules that say what stands where, and the views that show it."""

from __future__ import annotations
