"""Delivery: when captures may go, and their way to the server or to a USB drive."""

from __future__ import annotations
