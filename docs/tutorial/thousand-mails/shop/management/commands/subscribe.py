from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand

from shop.models import Subscriber

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Make up so many subscribers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int)

    def handle(self, *, count: int, **_options: object) -> None:
        Subscriber.objects.bulk_create(Subscriber(email=f"reader{n}@example.org") for n in range(count))
        self.stdout.write(f"{Subscriber.objects.count()} subscribers")
