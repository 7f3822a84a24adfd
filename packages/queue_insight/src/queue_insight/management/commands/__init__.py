"""The operator's command."""

from __future__ import annotations
