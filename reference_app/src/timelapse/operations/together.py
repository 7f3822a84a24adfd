"""Does one thing with many movies and runs: counts first, asks for each, and says what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from django.contrib.admin.models import CHANGE, LogEntry
from eliot import log_message, start_action

import fsmlock
from fsmlock import Reason
from fsmlock.models import Run
from timelapse.operations.work import read_page
from timelapse.shared.progress import about
from timelapse.shared.transitions import apply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.contrib.auth.models import User

    from timelapse.operations.work import Filter, Work

#: The most movies and runs with which something is done at once.
MOST: Final = 100


class Together(Enum):
    """What can be done with many at once."""

    CANCEL = "cancel"
    RETRY = "retry"


#: Which transitions of movies and runs do it: of each object, the one that starts from its state.
_TRANSITIONS: Final[Mapping[Together, frozenset[str]]] = {
    Together.CANCEL: frozenset({"cancel", "cancel_at_once", "request_cancel"}),
    Together.RETRY: frozenset({"retry"}),
}
_NOT_NOW: Final = Reason(
    code="state",
    message="Its state doesn't allow that.",
    remedy="Look at its state: it may be what you want already.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """A piece of work, the transition that would do it, and what is in the way of that."""

    work: Work
    transition: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospects:
    """What would become of each, and whether more match than are done at once."""

    prospects: tuple[Prospect, ...]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a piece of work: the reasons are empty if it was done."""

    work: Work
    reasons: tuple[Reason, ...]


def prospects(user: User, wanted: Filter, doing: Together) -> Prospects:
    """Return what would become of all that matches, the newest `MOST` of it."""
    page = read_page(user, wanted, first=MOST)
    return Prospects(prospects=tuple(_prospects(user, page.work, doing)), has_more=page.has_next)


def do_with_all(user: User, work: Sequence[Work], doing: Together) -> tuple[Outcome, ...]:
    """Do it with each, as far as the user may and nothing is in the way. The log and the history say so."""
    with start_action(action_type="work:together", doing=doing.value, by=user.pk, many=len(work)):
        outcomes = tuple(_do(user, prospect) for prospect in _prospects(user, work, doing))
    done = [outcome.work for outcome in outcomes if not outcome.reasons]
    if done:
        change = f"{doing.value.capitalize()}, one of {len(done)} at once."
        LogEntry.objects.log_actions(user.pk, done, CHANGE, change_message=change)
    return outcomes


def _prospects(user: User, work: Iterable[Work], doing: Together) -> list[Prospect]:
    """Ask for all objects of a model together, and keep the order."""
    alike: dict[type[Work], list[Work]] = {}
    rows = list(work)
    for row in rows:
        alike.setdefault(type(row), []).append(row)
    Run.read_duplicates([row for row in rows if isinstance(row, Run)])
    offered = {
        row: next((each for each in found if each.name in _TRANSITIONS[doing]), None)
        for same in alike.values()
        for row, found in fsmlock.available_many(same, user).items()
    }
    return [
        Prospect(
            work=row,
            transition="" if (found := offered[row]) is None else found.name,
            reasons=(_NOT_NOW,) if found is None else found.reasons,
        )
        for row in rows
    ]


def _do(user: User, prospect: Prospect) -> Outcome:
    reasons = prospect.reasons
    if not reasons:
        try:
            apply(prospect.work, prospect.transition, user, {})
        except fsmlock.Refused as refused:
            reasons = tuple(refused.reasons)
    log_message(
        "work:one_of_many",
        about=about(prospect.work),
        transition=prospect.transition,
        refused=[reason.code for reason in reasons],
    )
    return Outcome(work=prospect.work, reasons=reasons)
