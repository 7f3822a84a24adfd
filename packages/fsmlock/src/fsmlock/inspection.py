"""Who holds what, and how to ask them to stop."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import router
from django.utils.translation import gettext

from fsmlock import backends, signals
from fsmlock.locks import locks_of, parents, resource
from fsmlock.reasons import Reason
from fsmlock.rules import YEAR_US

if TYPE_CHECKING:
    from django.db import models

    from fsmlock.backends.base import HoldInfo


def alias_of(obj: models.Model) -> str:
    """The database alias that decides about this object: the one that it would be saved to."""
    return router.db_for_write(type(obj), instance=obj)


def holds_on(obj: models.Model) -> tuple[HoldInfo, ...]:
    """The holds on this object, oldest first, with those on its parents that it inherits."""
    above = dict(parents(obj))
    mine = resource(obj)
    found = backends.get().find([mine, *above], using=alias_of(obj))
    return tuple(
        h
        for h in found
        if h.kind == "held"
        and not h.waits
        and (h.resource == mine or h.lock in above.get(h.resource, frozenset()))
    )


def waiters_on(obj: models.Model) -> tuple[HoldInfo, ...]:
    """Who waits for a lock on this object: those in line, then those who come back later (RetryLater)."""
    found = backends.get().find([resource(obj)], using=alias_of(obj))
    return tuple(
        sorted((h for h in found if h.waits and h.kind != "blocked"), key=lambda h: h.kind == "retrying")
    )


def all_holds(*, limit: int = 100, using: str = "default") -> tuple[HoldInfo, ...]:
    """All the holds that there are on any object, oldest first, at most ``limit`` of them."""
    return tuple(backends.get().find(None, using=using, limit=limit))


def cancel(obj: models.Model, lock: str, *, by: str, why: str = "") -> tuple[HoldInfo, ...]:
    """Ask whoever holds ``lock`` on ``obj`` to stop. Answers whom it reached; empty when nobody holds it."""
    return _stop(obj, lock, by=by, why=why, force=False)


def break_hold(obj: models.Model, lock: str, *, by: str, why: str) -> tuple[HoldInfo, ...]:
    """Take ``lock`` on ``obj`` away from its holders, who learn it and can commit nothing more under it."""
    return _stop(obj, lock, by=by, why=why, force=True)


def _stop(obj: models.Model, lock: str, *, by: str, why: str, force: bool) -> tuple[HoldInfo, ...]:
    locks_of(type(obj))[lock]
    met = tuple(backends.get().stop(resource(obj), lock, by=by, why=why, force=force, using=alias_of(obj)))
    signal = signals.hold_broken if force else signals.cancel_requested
    for h in met:
        signal.send_robust(
            sender=type(obj),
            event=signals.HoldEvent(
                resource=h.resource,
                lock=h.lock,
                holder=h.holder,
                token=h.token,
                by=by,
                why=why,
                using=alias_of(obj),
            ),
        )
    return met


def display_name(resource: str) -> str:
    """A resource as people say it: ``film 3`` for ``shop.film:3``."""
    label, _, pk = resource.partition(":")
    try:
        return f"{apps.get_model(label)._meta.verbose_name} {pk}"
    except (LookupError, ValueError):
        return resource


def reason_for(standing: HoldInfo, about: models.Model | None = None) -> Reason:
    """The reason that a hold of somebody else gives; it calls ``about`` by its name if it is held itself."""
    held_thing = display_name(standing.resource)
    if about is not None and resource(about) == standing.resource:
        held_thing = str(about)
    facts = {
        "lock": standing.lock,
        "object": held_thing,
        "holder": standing.holder,
        "why": f" ({standing.why})" if standing.why else "",
        "since": standing.since.strftime("%H:%M:%S"),
        "until": standing.expires_at.strftime("%H:%M:%S"),
    }
    return Reason(
        code="waited_for" if standing.waits else "held",
        message=_how(standing) % facts,
        remedy=_remedy(standing) % facts,
        params={
            "lock": standing.lock,
            "resource": standing.resource,
            "holder": standing.holder,
            "why": standing.why,
            "since": standing.since.isoformat(),
            "expires_at": standing.expires_at.isoformat(),
            "token": standing.token,
        },
    )


def _how(standing: HoldInfo) -> str:
    if standing.waits:
        return gettext("%(lock)s on %(object)s is waited for by %(holder)s%(why)s since %(since)s UTC.")
    if standing.kind == "blocked":
        return gettext(
            "%(lock)s on %(object)s is blocked by a hold on one of its parts, by %(holder)s%(why)s"
            " since %(since)s UTC."
        )
    return gettext("%(lock)s on %(object)s is held by %(holder)s%(why)s since %(since)s UTC.")


def _remedy(standing: HoldInfo) -> str:
    if standing.expires_at - standing.since > timedelta(microseconds=YEAR_US):
        return gettext("Wait until it leaves that state.")
    return gettext(
        "Wait until it is released (it lasts until %(until)s UTC so far), or ask its holder to stop."
    )
