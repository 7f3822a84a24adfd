"""Iterations for the tests. What they did is kept where a killed process can't take it along."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from django.core import mail
from django.db import connection

from fsmlock.iteration import CsvRows, Iteration, Nested
from tests.shop.models import Film, Frame, Room, Write

handed_over = []


def enqueue(run):
    handed_over.append(run.pk)


class SendMails(Iteration):
    unit = "mail"

    def __init__(self, count=1000):
        self.count = count

    def items(self):
        return range(self.count)

    def each(self, number):
        mail.send_mail(f"Offer {number}", "Buy!", "shop@example.org", [f"{number}@example.org"])


class Welcome(SendMails):
    """Nobody is welcomed twice."""

    unique = "ever"


class Repeated(SendMails):
    unique = "no"


class NameFrames(Iteration):
    """Effect and cursor in one commit."""

    transactional = True

    def items(self):
        return Frame.objects.all()

    def each(self, frame):
        Room.objects.create(name=f"frame {frame.pk}")


class Batches(Iteration):
    batch_size = 4
    seen: ClassVar[list] = []

    def items(self):
        return Film.objects.order_by("id")

    def each_batch(self, films):
        self.seen.append([film.name for film in films])


class Odd(Iteration):
    max_errors = 10
    broken = True
    seen: ClassVar[list] = []

    def items(self):
        return [1, 2, 3, 4, 5]

    def each(self, number):
        if self.broken and number % 2 == 0:
            raise ValueError(f"{number} is even")
        self.seen.append(number)


class Strict(Odd):
    max_errors = 0


class Brief(SendMails):
    budget = timedelta(microseconds=1)


class Throttled(SendMails):
    def throttle(self):
        return timedelta(seconds=30) if len(mail.outbox) >= 3 else None


class Fatal(SendMails):
    """An item of it ends the worker, as often as somebody tries it."""

    max_attempts = 3

    def each(self, number):
        if number == 2:
            raise SystemExit
        super().each(number)


class FatalItems(SendMails):
    """Even to read its items ends the worker."""

    max_attempts = 3

    def items(self):
        raise SystemExit


class Disconnecting(SendMails):
    """An item of it ends the connection of the run."""

    max_attempts = 3

    def each(self, number):
        if number == 2:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        super().each(number)


class Locking(SendMails):
    needs = ("render",)

    def __init__(self, film):
        super().__init__(5)
        self.film = film

    def target(self):
        return Film.objects.get(pk=self.film)


class Nest(Iteration):
    seen: ClassVar[list] = []

    def items(self):
        return Nested([10, 20], lambda ten: [ten + 1, ten + 2])

    def each(self, number):
        self.seen.append(number)


class Table(Iteration):
    seen: ClassVar[list] = []

    def __init__(self, path):
        self.path = path

    def items(self):
        return CsvRows(Path(self.path))

    def each(self, row):
        self.seen.append(row["name"])


class Lines(Iteration):
    """The effect is a line in a file: a kill can't take it back."""

    lease = timedelta(milliseconds=600)

    def __init__(self, path, count):
        self.path = path
        self.count = count

    def items(self):
        return range(self.count)

    def each(self, number):
        with Path(self.path).open("a") as file:
            file.write(f"{number}\n")


class Commits(Lines):
    """The effect is a row: it commits together with the cursor."""

    transactional = True

    def each(self, number):
        Write.objects.create(resource="item", token=number)
