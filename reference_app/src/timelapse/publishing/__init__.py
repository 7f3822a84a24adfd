"""Publishing: movies, posters, frames and thumbnails for browsers."""

from __future__ import annotations
