"""Finds movies and runs by words: those of their names, of what they are about, and of who asked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Q

from fsmlock.locks import resource
from timelapse.cameras.models import Camera
from timelapse.operations.kinds import ITERATIONS, name_of, path_of
from timelapse.timelapses.models import Timelapse

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The most characters of a search, and the most words.
LONGEST_SEARCH: Final = 100
MOST_WORDS: Final = 8
#: Words of the name that each movie has, such as “Movie 7 of Garden”: people search for what they read.
_IN_EVERY_NAME: Final = frozenset({"movie", "of"})
#: The most cameras and timelapses each by whose names runs are found.
_MOST_SUBJECTS: Final = 100


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a search."""
    return tuple(text.split())


def movies_with(words: Sequence[str]) -> Q:
    """Return the condition that movies have all the words."""
    condition = Q()
    for word in words:
        if word.casefold() not in _IN_EVERY_NAME:
            named = Q(title__icontains=word) | Q(timelapse__name__icontains=word)
            condition &= named | Q(requested_by__username__icontains=word) | _numbered(word)
    return condition


def runs_with(words: Sequence[str]) -> Q:
    """Return the condition that runs have all the words. It reads the names of what runs may be about."""
    condition = Q()
    for word in words:
        about = [
            resource(row)
            for model in (Camera, Timelapse)
            for row in model.objects.filter(name__icontains=word)[:_MOST_SUBJECTS]
        ]
        paths = [path_of(kind) for kind in ITERATIONS if word.casefold() in name_of(path_of(kind)).casefold()]
        named = Q(iteration__in=paths) | Q(subject__in=about)
        condition &= named | Q(by__icontains=word) | _numbered(word)
    return condition


def _numbered(word: str) -> Q:
    """Return the condition that a row has the number that the word is."""
    is_key = word.isascii() and word.isdigit() and len(word) < 19
    return Q(pk__in=[int(word)] if is_key else [])
