"""Models with all that the tests need: states, locks, three generations."""

from __future__ import annotations

from django.db import models

from fsmlock import Lifecycle, Lock, Locks, Reason, transition


def has_frames(film):
    if film.frame_set.exists():
        return None
    return Reason(code="no_frames", message="There are no frames.", remedy="Import some.")


def is_named(film):
    """It has a name"""
    return bool(film.name)


def find_film(pk):
    return Film.objects.get(pk=pk)


class Room(Lifecycle, models.Model):
    name = models.CharField(max_length=50)
    locks = Locks(Lock("clean"), Lock("visit", together_with={"visit"}))
    initial_state = "ready"

    def __str__(self):
        return self.name


class Film(Lifecycle, models.Model):
    room = models.ForeignKey(Room, null=True, on_delete=models.CASCADE)
    name = models.CharField(max_length=50)
    locks = Locks(
        Lock("ingest", together_with={"ingest", "preview"}),
        Lock("preview", together_with={"ingest"}),
        Lock("render"),
        inherit_from="room",
        inherits={"clean"},
    )

    class States(Lifecycle.States):
        PUBLISHED = "published"

    def __str__(self):
        return self.name

    @transition(
        source="ready",
        target="ready",
        needs="render",
        label="Render",
        conditions=[has_frames, is_named],
        permission="shop.change_film",
    )
    def render(self):
        self.name += "!"

    @transition(source="ready", target=States.PUBLISHED)
    def publish(self):
        pass


class Frame(Lifecycle, models.Model):
    film = models.ForeignKey(Film, on_delete=models.CASCADE)
    locks = Locks(Lock("process"), inherit_from="film", inherits={"render", "clean"})

    def __str__(self):
        return f"Frame {self.pk}"


class Write(models.Model):
    """A fenced write."""

    resource = models.CharField(max_length=100)
    token = models.BigIntegerField()

    def __str__(self):
        return f"{self.resource} {self.token}"
