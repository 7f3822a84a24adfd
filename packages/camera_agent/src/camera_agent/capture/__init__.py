"""Capturing: the loop, its schedule, the camera and its exposure."""

from __future__ import annotations
