"""Notifications: sends each person what they want to know, where they want it."""

from __future__ import annotations
