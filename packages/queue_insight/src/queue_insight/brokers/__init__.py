"""Brokers that can be looked into."""

from __future__ import annotations
