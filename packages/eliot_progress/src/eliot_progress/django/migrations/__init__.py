"""The tables, and the full-text index over the messages."""

from __future__ import annotations
