"""Captures that wait for delivery, safe against power loss at any byte."""

from __future__ import annotations
