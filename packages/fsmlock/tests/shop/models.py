"""Models with all that the tests need: states, locks, three generations."""

from __future__ import annotations

import uuid

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from fsmlock import InputField, Lifecycle, Lock, Locks, Offer, Reason, action, transition


def has_frames(film):
    if film.frame_set.exists():
        return None
    return Reason(code="no_frames", message="There are no frames.", remedy="Import some.")


def is_named(film):
    """It has a name"""
    return bool(film.name)


def has_room(shelf):
    """It has room"""
    return not shelf.full


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
    initial_state = "initialising"

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


class Shelf(models.Model):
    """Has locks and no states."""

    full = models.BooleanField(default=False)
    locks = Locks(Lock("stack"), Lock("dust", together_with={"dust"}))

    def __str__(self):
        return f"Shelf {self.pk}"

    @action(
        needs="stack",
        conditions=[has_room],
        permission="shop.change_shelf",
        label="Put on",
        offer=Offer(
            input=(InputField(name="things", kind="whole_number", label="Things", default=1, minimum=1),)
        ),
    )
    def put(self, things=1):
        """Somebody puts something on it."""
        return f"{things} more"

    @action(needs=["stack", "dust"])
    def wipe_off(self, cloth):
        """Somebody cleans it."""
        return f"wiped with {cloth}"


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


class Print(Lifecycle, models.Model):
    """A copy of a film on paper: the press keeps it until it is dry."""

    film = models.ForeignKey(Film, on_delete=models.CASCADE)
    locks = Locks(
        Lock("press"), Lock("look", together_with={"look"}), inherit_from="film", inherits={"render"}
    )
    initial_state = "ready"

    class States(Lifecycle.States):
        PRINTING = "printing"
        DRYING = "drying"

    def __str__(self):
        return f"Print {self.pk}"

    @transition(source="ready", target=States.PRINTING, holds="press", label="Print")
    def start_printing(self):
        """Somebody pressed the button."""

    @transition(source=States.PRINTING, target=States.DRYING, holds="press")
    def dry(self):
        """The last page is out."""

    @action(source=States.DRYING, label="Smell")
    def smell(self):
        """Somebody likes fresh ink."""
        return "ink"

    @transition(source=States.DRYING, target=States.DRYING, needs="press", label="Turn")
    def turn(self):
        """Somebody turned it round."""

    @transition(source=States.DRYING, target="ready", label="Take")
    def take(self):
        """It is dry."""


class Scan(Lifecycle, models.Model):
    """Below a film and its room, and kept by its state."""

    film = models.ForeignKey(Film, on_delete=models.CASCADE)
    locks = Locks(Lock("scan"), inherit_from="film", inherits={"render", "clean"})
    initial_state = "ready"

    class States(Lifecycle.States):
        SCANNING = "scanning"

    def __str__(self):
        return f"Scan {self.pk}"

    @transition(source="ready", target=States.SCANNING, holds="scan")
    def start(self):
        """It is in the scanner."""

    @transition(source=States.SCANNING, target="ready")
    def finish(self):
        """It is out again."""


class OldScan(Scan):
    """Proxy: the same rows by another name."""

    class Meta:
        proxy = True


class Ware(Lifecycle, models.Model):
    """Abstract: its children have its states, transitions and locks."""

    locks = Locks(Lock("pack"))
    initial_state = "initialising"

    class Meta:
        abstract = True

    @transition(source="ready", target="ready", needs="pack")
    def pack(self):
        """Somebody wraps it up."""


class Poster(Ware):
    """Has a UUID for its key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)

    def __str__(self):
        return f"Poster {self.pk}"


class Ticket(Ware):
    """Has a word for its key."""

    code = models.CharField(max_length=20, primary_key=True)

    class States(Lifecycle.States):
        GILDED = "gilded"

    def __str__(self):
        return f"Ticket {self.pk}"

    @transition(source="*", target="failed")
    def spoil(self):
        """Somebody spilt ink on it."""


class GoldenTicket(Ticket):
    """Multi-table: it is the same object as its Ticket."""

    seat = models.CharField(max_length=5)

    @transition(source="ready", target="failed")
    def tear(self):
        """Somebody was careless."""


class GildedTicket(Ticket):
    """Proxy with a transition of its own, into a state that holds a lock."""

    class Meta:
        proxy = True

    @transition(source="ready", target="gilded", holds="pack")
    def gild(self):
        """Somebody could afford it."""


class LateTicket(Ticket):
    """Proxy: the same rows by another name."""

    class Meta:
        proxy = True


class Reel(Ticket):
    """Multi-table with a key of its own, which is not its ticket's."""

    number = models.BigAutoField(primary_key=True)
    ticket = models.OneToOneField(Ticket, parent_link=True, on_delete=models.CASCADE)


class ListedManager(models.Manager):
    """Hides what isn't listed."""

    def get_queryset(self):
        return super().get_queryset().filter(listed=True)


class Series(Lifecycle, models.Model):
    """Has a second unique name, and a manager that hides rows."""

    slug = models.SlugField(unique=True)
    listed = models.BooleanField(default=True)
    locks = Locks(Lock("air"))
    objects = ListedManager()

    class Meta:
        base_manager_name = "objects"

    def __str__(self):
        return self.slug


class Episode(models.Model):
    """Its key to its parent isn't the parent's primary key."""

    series = models.ForeignKey(Series, to_field="slug", on_delete=models.CASCADE)
    locks = Locks(Lock("cut"), inherit_from="series", inherits={"air"})

    def __str__(self):
        return f"Episode {self.pk}"


class Stub(models.Model):
    """Its parent is a class of an object that has its name from another class."""

    reel = models.ForeignKey(Reel, on_delete=models.CASCADE)
    locks = Locks(Lock("tear"), inherit_from="reel", inherits={"pack"})

    def __str__(self):
        return f"Stub {self.pk}"


class Note(Lifecycle, models.Model):
    """May be about anything: its parent is generic, so it inherits no locks."""

    # The tests' tables are made before those of content types.
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, db_constraint=False)
    object_id = models.PositiveIntegerField()
    about = GenericForeignKey("content_type", "object_id")
    locks = Locks(Lock("write"))

    def __str__(self):
        return f"Note {self.pk}"


class Leaf(Lifecycle, models.Model):
    """Has states and no locks."""

    def __str__(self):
        return f"Leaf {self.pk}"


class Parcel(Lifecycle, models.Model):
    """Keeps its history, and fails when it is lost."""

    name = models.CharField(max_length=50, default="Parcel")
    keeps_history = True
    locks = Locks(Lock("carry"))

    class States(Lifecycle.States):
        SENT = "sent"
        LOST = "lost"

    def __str__(self):
        return self.name

    @transition(source=["ready", States.LOST], target=States.SENT, on_error=States.LOST, label="Send")
    def send(self, to="home"):
        """Somebody took it to the post office."""
        self.name = f"Parcel for {to}"
        if to == "nowhere":
            raise LookupError("no such place")
        return to

    @transition(source="ready", target=States.SENT)
    def weigh(self):
        """Nobody has scales."""
        raise LookupError("no scales")

    @transition(source=States.SENT, target="ready")
    def take_back(self):
        """It came back."""
