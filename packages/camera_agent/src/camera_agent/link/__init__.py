"""Talking to the server: pairing, heartbeats, uploads, over nothing but the standard library."""

from __future__ import annotations
