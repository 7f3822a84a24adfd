"""Signals about movies, sent after the commit."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal

#: Sent with ``event=MovieChanged``.
movie_changed = Signal()


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieChanged:
    """A movie was requested or changed its state."""

    movie: int
    timelapse: int
    state: str
