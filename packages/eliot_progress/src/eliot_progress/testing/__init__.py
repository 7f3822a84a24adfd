"""Helpers for the tests of projects that use this package."""

from __future__ import annotations
