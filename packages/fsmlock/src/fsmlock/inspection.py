"""Read who holds which lock, request a holder to stop, or break a hold."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.apps import apps
from django.db import router
from django.utils.translation import gettext

from fsmlock import backends, signals
from fsmlock.ancestors import parents
from fsmlock.locks import locks_of, resource
from fsmlock.reasons import Reason, storable
from fsmlock.rules import YEAR_US
from fsmlock.sentences import name_of, state_name, translated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db import models

    from fsmlock.backends.base import HoldInfo


#: What the holder of a hold that a state keeps begins with; the state follows.
STATE_HOLDER: Final = "its state "


def alias_of(obj: models.Model) -> str:
    """The alias of the database that decides about this object: the one that it would be saved to."""
    return router.db_for_write(type(obj), instance=obj)


def holds_on(obj: models.Model) -> tuple[HoldInfo, ...]:
    """The holds on this object and those that it inherits from its parents, oldest first."""
    (above,) = parents([obj], from_rows=True)
    return _holds({obj: dict(above)})[obj]


def holds_on_many(objects: Sequence[models.Model]) -> dict[models.Model, tuple[HoldInfo, ...]]:
    """The holds on each of a page of objects of one model, all read with one query.

    Another one reads the ancestors of those that inherit locks over several levels, unless their parents are
    loaded (``select_related``).
    """
    return _holds({obj: dict(above) for obj, above in zip(objects, parents(objects), strict=True)})


def _holds(
    inherited: Mapping[models.Model, Mapping[str, frozenset[str]]],
) -> dict[models.Model, tuple[HoldInfo, ...]]:
    if not inherited:
        return {}
    names = {name for obj, above in inherited.items() for name in (resource(obj), *above)}
    found = backends.get().find(sorted(names), using=alias_of(next(iter(inherited))))
    holds = [hold for hold in found if hold.kind == "held" and not hold.waits]
    return {
        obj: tuple(
            hold
            for hold in holds
            if hold.resource == resource(obj) or hold.lock in above.get(hold.resource, frozenset())
        )
        for obj, above in inherited.items()
    }


def waiters_on(obj: models.Model) -> tuple[HoldInfo, ...]:
    """The waiters for locks on this object: first the wait queue, then the tasks that retry (RetryLater)."""
    found = backends.get().find([resource(obj)], using=alias_of(obj))
    waiting = (hold for hold in found if hold.waits and hold.kind != "blocked")
    return tuple(sorted(waiting, key=lambda hold: hold.kind == "retrying"))


def all_holds(*, limit: int = 100, using: str = "default") -> tuple[HoldInfo, ...]:
    """The holds on all objects, oldest first, at most ``limit`` of them."""
    return tuple(backends.get().find(None, using=using, limit=limit))


def cancel(obj: models.Model, lock: str, *, by: str, why: str = "") -> tuple[HoldInfo, ...]:
    """Request the holders of ``lock`` on ``obj`` to stop. Returns those holds; empty when nobody holds it."""
    return _stop(obj, lock, by=by, why=why, force=False)


def break_hold(obj: models.Model, lock: str, *, by: str, why: str) -> tuple[HoldInfo, ...]:
    """Break the holds of ``lock`` on ``obj``. Their holders notice and can't commit under them any more."""
    return _stop(obj, lock, by=by, why=why, force=True)


def _stop(obj: models.Model, lock: str, *, by: str, why: str, force: bool) -> tuple[HoldInfo, ...]:
    locks_of(type(obj))[lock]
    alias = alias_of(obj)
    by, why = storable(by, at_most=200), storable(why)
    found = backends.get().find([resource(obj)], using=alias)
    held = [hold for hold in found if hold.lock == lock and hold.kind == "held" and not hold.waits]
    stopped = tuple(backends.get().stop(held, by=by, why=why, force=force, using=alias)) if held else ()
    signal = signals.hold_broken if force else signals.cancel_requested
    for hold in stopped:
        event = signals.HoldEvent(
            resource=hold.resource,
            lock=hold.lock,
            holder=hold.holder,
            token=hold.token,
            by=by,
            why=why,
            using=alias,
        )
        signal.send_robust(sender=type(obj), event=event)
    return stopped


def display_name(resource: str) -> str:
    """A resource in words: ``film 3`` for ``shop.film:3``."""
    label, _, pk = resource.partition(":")
    try:
        return f"{translated(apps.get_model(label)._meta.verbose_name)} {pk}"
    except (LookupError, ValueError):
        return resource


def gone_reason(resource: str) -> Reason:
    """The reason why an object can't be held any more."""
    return Reason(
        code="gone",
        message=gettext("%(object)s no longer exists.") % {"object": display_name(resource)},
        remedy=gettext("Leave it out: somebody deleted it."),
        params={"resource": resource},
    )


def reason_for(hold: HoldInfo, about: models.Model | None = None) -> Reason:
    """The reason why ``hold`` blocks others. If the held object is ``about``, the text uses its own name.

    Instants in the text are ISO 8601 with an offset, so that a page can show them in the reader's time zone.
    """
    name = display_name(hold.resource)
    if about is not None and resource(about) == hold.resource:
        name = name_of(about)
    params = {
        "lock": translated(hold.lock),
        "object": name,
        "holder": holder_name(hold),
        "why": f" ({hold.why})" if hold.why else "",
        "since": hold.since.isoformat(timespec="seconds"),
        "until": hold.expires_at.isoformat(timespec="seconds"),
    }
    return Reason(
        code="waited_for" if hold.waits else "held",
        message=_message(hold) % params,
        remedy=_remedy(hold) % params,
        params={
            "lock": hold.lock,
            "resource": hold.resource,
            "holder": hold.holder,
            "why": hold.why,
            "since": hold.since.isoformat(),
            "expires_at": hold.expires_at.isoformat(),
            "token": hold.token,
        },
    )


def own_reason(hold: HoldInfo) -> Reason:
    """The reason why ``hold`` blocks the thread or task that has it itself."""
    params = {"lock": translated(hold.lock), "object": display_name(hold.resource)}
    if hold.kind == "blocked":
        message = gettext(
            "%(lock)s on %(object)s is blocked by a hold on one of its parts, which the code that asks for it"
            " has itself."
        )
    else:
        message = gettext("%(lock)s on %(object)s is already held by the code that asks for it.")
    return Reason(
        code="held_by_itself",
        message=message % params,
        remedy=gettext("Pass the outer hold as within=, or release it first."),
        params={"lock": hold.lock, "resource": hold.resource, "holder": hold.holder, "token": hold.token},
    )


def _message(hold: HoldInfo) -> str:
    if hold.waits:
        return gettext("%(lock)s on %(object)s is waited for by %(holder)s%(why)s since %(since)s.")
    if hold.kind == "blocked":
        return gettext(
            "%(lock)s on %(object)s is blocked by a hold on one of its parts, by %(holder)s%(why)s"
            " since %(since)s."
        )
    return gettext("%(lock)s on %(object)s is held by %(holder)s%(why)s since %(since)s.")


def holder_name(hold: HoldInfo) -> str:
    """Who holds, in words: the row of a state's hold says it in English."""
    _, is_state, state = hold.holder.partition(STATE_HOLDER)
    if is_state and _is_kept_by_state(hold):
        return gettext("its state %(state)s") % {"state": state_name(state)}
    return hold.holder


def _is_kept_by_state(hold: HoldInfo) -> bool:
    return hold.expires_at - hold.since > timedelta(microseconds=YEAR_US)


def _remedy(hold: HoldInfo) -> str:
    if _is_kept_by_state(hold):
        return gettext("Wait until it leaves that state.")
    return gettext(
        "Wait until it is released, or ask its holder to stop. Unless it is renewed, it ends at %(until)s."
    )
