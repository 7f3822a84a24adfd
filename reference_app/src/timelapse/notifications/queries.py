"""Reads what there is to notify of, of whom, and what is due: each in a constant number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import User
from django.db.models import Count, Prefetch, Q

from fsmlock.sentences import sentence
from timelapse.home import domain as home
from timelapse.home.needs import disk_of, failed_movie, paired_cameras, periodic_tasks, workers
from timelapse.notifications import domain
from timelapse.notifications.domain import VIEW_MOVIE, Kind, Observation, Occurrence
from timelapse.notifications.models import Choice, Delivery, Destination, KnownNeed, Notification
from timelapse.rendering.models import Movie
from timelapse.rendering.queries import full_name, listed_movies
from timelapse.shared import conf
from timelapse.shared.progress import about
from timelapse.why.queries import camera_links

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet
    from strawberry.relay import GlobalID

#: Movies that ended longer ago are nobody's news; and how many of the newest are looked at.
_NEWS: Final = timedelta(hours=48)
_MOST_MOVIES: Final = 500
#: How many notifications a person is shown.
SHOWN: Final = 30
#: How many go into one message; the others wait for the next.
MOST_IN_MESSAGE: Final = 50


def observe(now: datetime) -> Observation:
    """Return everything of which people can be notified now."""
    cameras = list(paired_cameras())
    ended = list(
        listed_movies()
        .filter(state__in=(Movie.States.FAILED, Movie.States.READY), finished_at__gte=now - _NEWS)
        .order_by("-finished_at")[:_MOST_MOVIES]
    )
    failed = [movie for movie in ended if movie.state == Movie.States.FAILED]
    found, queues_are_known = workers()
    periodic = periodic_tasks() if queues_are_known else []
    disk = disk_of(conf.get().media_root)
    links = (
        *(link for camera in cameras for link in camera_links(camera)),
        *home.failed_movies(map(failed_movie, failed), len(failed)),
        *home.queues(found, is_known=queues_are_known),
        *home.periodic(periodic),
        *home.disk(disk),
    )
    pages = {about(camera): domain.page_of("Camera", camera.pk) for camera in cameras}
    pages |= {about(movie): domain.page_of("Movie", movie.pk) for movie in failed}
    return Observation(
        present=(*domain.occurrences(links, pages), *map(_finished, _wanted(ended))),
        asked=frozenset(
            (
                *map(about, cameras),
                *(f"queue:{queue.queue}" for queue in found),
                *(f"periodic:{task.entry}" for task in periodic),
                *("disk", "queues", "beat"),
            )
        ),
        unsure=frozenset(
            (
                *domain.unsure_of(found, disk, queues_are_known=queues_are_known),
                *domain.unsure_of_periodic(periodic, are_known=queues_are_known),
            )
        ),
    )


def _wanted(movies: Iterable[Movie]) -> list[Movie]:
    return [movie for movie in movies if movie.state == Movie.States.READY and movie.requested_by_id]


def _finished(movie: Movie) -> Occurrence:
    return Occurrence(
        key=f"{about(movie)}:ready at {movie.finished_at}",
        kind=Kind.MOVIE_FINISHED,
        permission=VIEW_MOVIE,
        message=sentence("%(movie)s is ready.", movie=full_name(movie)),
        path=domain.page_of("Movie", movie.pk),
        since=movie.finished_at,
        person=movie.requested_by_id,
    )


def anybody_listens() -> bool:
    """Return whether anybody can be notified at all."""
    return Destination.objects.exists()


def listeners() -> list[User]:
    """Return the people with destinations who can sign in, with these."""
    everybody = User.objects.filter(is_active=True, destinations__isnull=False).distinct().order_by("pk")
    return list(everybody.prefetch_related("destinations"))


def choices(users: Iterable[User]) -> dict[int, Choice]:
    """Return what each of the people chose, by their primary keys."""
    known = {user.pk: Choice(user=user) for user in users}
    return known | {each.user_id: each for each in Choice.objects.filter(user__in=known)}


def permitted(permissions: Iterable[str]) -> dict[str, set[int]]:
    """Return who has each permission, in one query for each."""
    return {
        permission: set(User.objects.with_perm(permission).values_list("pk", flat=True))
        for permission in sorted(set(permissions))
    }


def said(needs: Iterable[str]) -> set[tuple[int, str, datetime, bool]]:
    """Return which notifications of these needs there are: whose, of which begin, and whether of its end."""
    found = Notification.objects.filter(need__in=list(needs))
    return set(found.values_list("user_id", "need", "begun_at", "is_end"))


def due_destination(now: datetime) -> Destination | None:
    """Return the destination that has waited longest, to which nobody is sending; None if nothing is due."""
    free = Q(destination__claimed_until=None) | Q(destination__claimed_until__lt=now)
    ready = Q(destination__retry_at=None) | Q(destination__retry_at__lte=now)
    due = Delivery.objects.filter(free, ready, state=Delivery.States.WAITING, due_at__lte=now)
    first = due.select_related("destination").order_by("due_at", "pk").first()
    return None if first is None else first.destination


def due_deliveries(destination: Destination, now: datetime) -> list[Delivery]:
    """Return what is due for a destination, the oldest first, at most `MOST_IN_MESSAGE`."""
    waiting = Delivery.objects.filter(destination=destination, state=Delivery.States.WAITING, due_at__lte=now)
    return list(waiting.select_related("notification").order_by("due_at", "pk")[:MOST_IN_MESSAGE])


def still_true(deliveries: list[Delivery], user: User) -> list[Delivery]:
    """Return those that still hold and that the person may see, with four queries more than permissions cost.

    That something began holds as long as it does. That it ended holds as long as it has not begun anew, and
    concerns only who was notified that it began.
    """
    keys = {delivery.notification.need for delivery in deliveries}
    begun = dict(
        KnownNeed.objects.filter(key__in=keys, announced_at__isnull=False).values_list("key", "begun_at")
    )
    ends = [delivery.notification.need for delivery in deliveries if delivery.notification.is_end]
    announced = set(
        Delivery.objects.filter(
            destination=deliveries[0].destination_id,
            state=Delivery.States.SENT,
            notification__need__in=ends,
            notification__is_end=False,
        ).values_list("notification__need", "notification__begun_at")
        if ends
        else ()
    )

    def holds(notification: Notification) -> bool:
        if notification.permission and not user.has_perm(notification.permission):
            return False
        if not notification.is_end:
            return begun.get(notification.need) == notification.begun_at
        return notification.need not in begun and (notification.need, notification.begun_at) in announced

    return [delivery for delivery in deliveries if user.is_active and holds(delivery.notification)]


def history(user: User) -> list[Notification]:
    """Return what a person was notified of, the newest first, as far as they may still see it."""
    deliveries = Delivery.objects.select_related("destination")
    found = Notification.objects.filter(user=user).prefetch_related(Prefetch("deliveries", deliveries))
    return [each for each in found[:SHOWN] if not each.permission or user.has_perm(each.permission)]


def waiting_counts(destinations: list[int]) -> dict[int, int]:
    """Return how many notifications wait for each destination."""
    waiting = Delivery.objects.filter(destination__in=destinations, state=Delivery.States.WAITING)
    return dict(waiting.values_list("destination").annotate(count=Count("pk")))


def destinations_of(users: list[int]) -> dict[int, list[Destination]]:
    """Return the destinations of each person, the oldest first, in one query."""
    found: dict[int, list[Destination]] = {}
    for destination in Destination.objects.filter(user__in=users):
        found.setdefault(destination.user_id, []).append(destination)
    return found


def recent_tests(user: User, since: datetime) -> int:
    """Return how many tests a person has sent since then."""
    return Notification.objects.filter(user=user, need="test", created_at__gte=since).count()


def destination_of(user: User, named: GlobalID) -> Destination | None:
    """Return a destination of the person's own by its global id."""
    key = named.node_id
    if named.type_name != "Destination" or not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    return Destination.objects.filter(user=user, pk=int(key)).first()


def known_needs() -> QuerySet[KnownNeed]:
    """Return all that is remembered."""
    return KnownNeed.objects.all()
