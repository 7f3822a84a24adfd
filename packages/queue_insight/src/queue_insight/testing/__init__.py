"""Conformance suites for your own implementations."""

from __future__ import annotations
