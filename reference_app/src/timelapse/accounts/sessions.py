"""Where people are signed in: Django's sessions, each with the browser that has it and when it was last seen.

What Django's session is called stays here: it is a secret.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from fsmlock import Refused
from timelapse.accounts import audit, queries
from timelapse.accounts.actions import locked_people, require_manager
from timelapse.accounts.changes import publish_person
from timelapse.accounts.domain import SUPERUSER
from timelapse.accounts.models import BrowserSession, LastSeen, Person
from timelapse.accounts.user_agent import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.base import SessionBase

#: How often it is written that a session was seen.
SEEN_EVERY: Final = timedelta(minutes=1)
#: The sessions of one account; a further one ends that which was seen longest ago.
MOST_SESSIONS: Final = 20
#: In a session: when its person signed in, seconds since 1970.
_BEGAN: Final = "signed_in_at"
#: The sessions of which a process knows when it looked at them last.
_MOST_KNOWN: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who has just used a session."""

    session: SessionBase
    address: str
    user_agent: str


class _Looked:
    """When this process last looked at each session, so that most requests cost no query."""

    def __init__(self) -> None:
        self._at: OrderedDict[str, float] = OrderedDict()

    def is_due(self, key: str) -> bool:
        """Return whether it is time to look again."""
        return time.monotonic() - self._at.get(key, -float("inf")) >= SEEN_EVERY.total_seconds()

    def note(self, key: str) -> None:
        """Start counting again; forget who was not seen for longest."""
        self._at[key] = time.monotonic()
        self._at.move_to_end(key)
        if len(self._at) > _MOST_KNOWN:
            self._at.popitem(last=False)


_looked = _Looked()


def begin(visit: Visit) -> None:
    """Write down when somebody has signed in."""
    visit.session[_BEGAN] = time.time()
    note(visit)


def is_due(session: SessionBase) -> bool:
    """Return whether a session has to be noted, from memory alone."""
    return bool(session.session_key and session.get(SESSION_KEY) and _looked.is_due(session.session_key))


def note(visit: Visit) -> None:
    """Write that a session was seen, at most once in ``SEEN_EVERY`` whatever the number of processes."""
    key, user = visit.session.session_key, visit.session.get(SESSION_KEY)
    if key is None or user is None:
        return
    _looked.note(key)
    now, address = timezone.now(), _readable(visit.address)
    found = BrowserSession.objects.filter(session_id=key)
    if found.exists():
        if not found.filter(last_seen_at__lte=now - SEEN_EVERY).update(last_seen_at=now, address=address):
            return
    elif not _create(visit, key, int(user), address, now):
        return
    LastSeen.objects.bulk_create(
        [LastSeen(user_id=int(user), at=now)],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["at"],
    )
    publish_person(int(user))


def _create(visit: Visit, key: str, user: int, address: str | None, now: datetime) -> bool:
    began = visit.session.get(_BEGAN)
    try:
        with transaction.atomic():
            BrowserSession.objects.create(
                session_id=key,
                user_id=user,
                browser=in_words(visit.user_agent),
                address=address,
                began_at=now if began is None else datetime.fromtimestamp(began, UTC),
                last_seen_at=now,
            )
            kept = queries.browser_sessions(user)[:MOST_SESSIONS].values_list("pk", flat=True)
            end(
                BrowserSession.objects.filter(user=user)
                .exclude(pk__in=list(kept))
                .values_list("pk", flat=True)
            )
    except IntegrityError:  # it has ended meanwhile, or another request was faster
        return False
    return True


def end(sessions: Iterable[int]) -> int:
    """End sessions by their ids: nobody can use them from now on. Return how many there were."""
    _, ended = Session.objects.filter(browser_session__pk__in=list(sessions)).delete()
    return ended.get("sessions.Session", 0)


def end_one(user: int, session: int) -> bool:
    """End a session of an account; return whether there was one."""
    return end(BrowserSession.objects.filter(user=user, pk=session).values_list("pk", flat=True)) > 0


def end_all(user: int, *, but: str | None = None) -> int:
    """End all sessions of an account, but the one with this key; return how many there were."""
    mine = BrowserSession.objects.filter(user=user).exclude(session_id=but or "")
    return end(mine.values_list("pk", flat=True))


@transaction.atomic
def sign_out_everywhere(person: Person, by: User) -> Person:
    """End all sessions of somebody.

    Raises:
        Refused: the user may not (any more), or it is a superuser's account.
    """
    locked = locked_people([person, by])
    manager, target = locked[by.pk], locked[person.pk]
    require_manager(manager)
    if target.is_superuser and not manager.is_superuser:
        raise Refused([SUPERUSER])
    end_all(target.pk)
    audit.record(target, manager, "Signed out everywhere.")
    return queries.people().get(pk=target.pk)


def clear_expired() -> int:
    """Delete the sessions that are over; return how many."""
    _, ended = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return ended.get("sessions.Session", 0)


def _readable(address: str) -> str | None:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None
