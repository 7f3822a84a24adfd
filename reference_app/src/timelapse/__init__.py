"""The timelapse app: films, renders and shows; composed of the four packages beside it."""

from __future__ import annotations
