"""Who uses the app: signing in and out."""

from __future__ import annotations
