"""Stores of the last sighting."""

from __future__ import annotations
