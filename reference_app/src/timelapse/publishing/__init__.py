"""Publishing: serves movies, posters, frames and thumbnails to browsers."""

from __future__ import annotations
