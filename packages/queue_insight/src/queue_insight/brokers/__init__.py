"""Readers of brokers."""

from __future__ import annotations
