"""What ends a hold that is in the way: an object and one of its transitions, as each app declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.db.models import Model

    from fsmlock import Reason

    #: Takes what holds say they are for, such as ``Movie 7``; returns an object and the name of a transition
    #: for each that it knows and that can still be asked to stop.
    Find: TypeAlias = Callable[[list[str]], Mapping[str, tuple[Model, str]]]

_finders: list[Find] = []


def declare(find: Find) -> None:
    """Let holds be ended by what ``find`` returns. It is called once for a page."""
    _finders.append(find)


def ending(reasons: Sequence[Reason]) -> list[tuple[Model, str] | None]:
    """Return what ends each hold, in order; None where nothing does: see ``fsmlock.plan``."""
    causes = [str(reason.params.get("why", "")) for reason in reasons]
    known = sorted(set(causes))
    found = {cause: remedy for find in _finders for cause, remedy in find(known).items()}
    return [found.get(cause) for cause in causes]
