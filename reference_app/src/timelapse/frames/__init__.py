"""Frames: the store of pictures, each whole and once."""

from __future__ import annotations
