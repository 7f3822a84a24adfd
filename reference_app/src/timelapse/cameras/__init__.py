"""Cameras: who may send, how they are let in, and whether they live."""

from __future__ import annotations
