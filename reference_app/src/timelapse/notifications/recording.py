"""Records what was found, and makes the notifications of what has begun and ended.

Nothing is said twice, whatever is killed or runs at once: what was found is recorded by one task at a time
(`Watch`), and a person has one notification for the begin of a need and one for its end (a unique key).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from timelapse.notifications import hysteresis, queries
from timelapse.notifications.changes import publish_change
from timelapse.notifications.domain import OVER, Kind, about_of
from timelapse.notifications.hysteresis import LONGEST_GAP, Observed
from timelapse.notifications.models import Delivery, Destination, KnownNeed, Notification, Watch
from timelapse.notifications.quiet_hours import due_at
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.contrib.auth.models import User

    from timelapse.notifications.domain import Observation, Occurrence

#: How many notifications are kept for each person.
KEPT: Final = 100


def record(observation: Observation, now: datetime) -> int:
    """Remember what was found, and make the notifications of what has begun and ended; return how many needs.

    Args:
        observation: what holds.
        now: when that was read. An older observation than the last one that was recorded changes nothing.
    """
    with transaction.atomic():
        before = _looked(now)
        if before is None:
            return 0
        watched = now - before <= LONGEST_GAP
        known = {need.key: need for need in queries.known_needs().select_for_update().order_by("pk")}
        begun = _record_present(observation, known, now, watched=watched)
        ended = _record_absent(observation, known, now, watched=watched)
        _notify([*begun, *ended], now)
    return len(begun) + len(ended)


#: A need, what it says now, and whether that is its end.
_News = tuple[KnownNeed, "Occurrence | None"]


def _looked(now: datetime) -> datetime | None:
    """Lock the row, and return when needs were looked at before; None if that was later than now."""
    watch, is_new = Watch.objects.select_for_update().get_or_create(pk=1, defaults={"looked_at": now})
    before = watch.looked_at
    if before >= now and not is_new:
        return None
    Watch.objects.filter(pk=1).update(looked_at=now)
    return before


def _record_present(
    observation: Observation, known: dict[str, KnownNeed], now: datetime, *, watched: bool
) -> list[_News]:
    lasts = timedelta(seconds=conf.get().notify_after_seconds)
    news: list[_News] = []
    changed: list[KnownNeed] = []
    made: list[KnownNeed] = []
    for found in {each.key[:200]: each for each in observation.present}.values():
        need = known.get(found.key[:200]) or KnownNeed(key=found.key[:200])
        was = _observed(need) if need.pk else None
        seen, begins = hysteresis.present(
            was, now, watched=watched, lasting=hysteresis.grace(found.kind, lasts)
        )
        if seen == was and need.end_message == found.end_message:
            continue
        if found.kind in OVER:
            seen = replace(seen, begun_at=found.since or now)  # the same one, should it be forgotten
        _describe(need, found, seen)
        (changed if need.pk else made).append(need)
        if begins:
            news.append((need, found))
    KnownNeed.objects.bulk_create(made)
    KnownNeed.objects.bulk_update(changed, _FIELDS)
    return news


def _record_absent(
    observation: Observation, known: dict[str, KnownNeed], now: datetime, *, watched: bool
) -> list[_News]:
    present = {each.key[:200] for each in observation.present}
    lasts = timedelta(seconds=conf.get().notify_after_seconds)
    news: list[_News] = []
    gone, changed = [], []
    for key, need in known.items():
        if key in present:
            continue
        was, ends = _observed(need), False
        seen: Observed | None = None
        if observation.is_unsure_of(key):
            seen = hysteresis.unknown(was)
        elif about_of(key) in observation.asked:
            after = hysteresis.end_grace(Kind(need.kind), lasts)
            seen, ends = hysteresis.absent(was, now, watched=watched, lasting=after)
        if ends and need.end_message:
            news.append((need, None))
        if seen is None:
            gone.append(need.pk)
        elif seen != was:
            need.absent_since = seen.absent_since
            changed.append(need)
    KnownNeed.objects.bulk_update(changed, ["absent_since"])
    KnownNeed.objects.filter(pk__in=gone).delete()
    return news


_FIELDS: Final = ("begun_at", "announced_at", "absent_since", "kind", "permission", "path", "end_message")


def _observed(need: KnownNeed) -> Observed:
    return Observed(begun_at=need.begun_at, announced_at=need.announced_at, absent_since=need.absent_since)


def _describe(need: KnownNeed, found: Occurrence, seen: Observed) -> None:
    need.begun_at, need.announced_at, need.absent_since = seen.begun_at, seen.announced_at, seen.absent_since
    need.kind, need.permission, need.path = found.kind.value, found.permission, found.path
    need.end_message = found.end_message


def _notify(news: list[_News], now: datetime) -> None:
    """Make the notifications of everybody whom it concerns, with what waits for their destinations.

    A destination is not notified of what was over before it was added, and nobody of the end of what they
    were not notified of.
    """
    people = queries.listeners() if news else []
    if not people:
        return
    choices = queries.choices(people)
    may = queries.permitted(need.permission for need, _ in news)
    said = queries.said({need.key for need, _ in news})
    waiting = []
    for need, found in news:
        for person in people:
            begin = (person.pk, need.key, need.begun_at, False)
            wanted = choices[person.pk].wants(Kind(need.kind)) and person.pk in may[need.permission]
            concerns = found.person in (None, person.pk) if found else begin in said
            is_new = (*begin[:3], found is None) not in said
            places = _places(person, need, found)
            if wanted and concerns and is_new and places:
                waiting.append((_notification(need, found, person, now), places))
    made = Notification.objects.bulk_create(notification for notification, _ in waiting)
    due = {
        key: due_at(now, begin=each.quiet_from, end=each.quiet_until, zone=each.time_zone)
        for key, each in choices.items()
    }
    Delivery.objects.bulk_create(
        Delivery(notification=each, destination=place, due_at=due[each.user_id])
        for each, places in waiting
        for place in places
    )
    people_notified = {each.user_id for each in made}
    _trim(people_notified)
    for person_notified in people_notified:
        publish_change(person_notified)


def _places(person: User, need: KnownNeed, found: Occurrence | None) -> list[Destination]:
    places = list(person.destinations.all())
    if found is None or found.kind not in OVER:
        return places
    return [place for place in places if place.created_at <= need.begun_at]


def _notification(need: KnownNeed, found: Occurrence | None, person: User, now: datetime) -> Notification:
    return Notification(
        user=person,
        need=need.key,
        begun_at=need.begun_at,
        is_end=found is None,
        permission=need.permission,
        message=need.end_message if found is None else found.message,
        remedy="" if found is None else found.remedy,
        path=need.path,
        since=need.absent_since if found is None else found.since or need.begun_at,
        created_at=now,
    )


def _trim(people: Iterable[int]) -> None:
    for person in people:
        own = Notification.objects.filter(user=person)
        own.exclude(pk__in=list(own.values_list("pk", flat=True)[:KEPT])).delete()
