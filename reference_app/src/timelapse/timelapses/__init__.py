"""Timelapses: what is filmed, by which camera, from when to when."""

from __future__ import annotations
