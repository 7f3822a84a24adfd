"""``django-admin thin_frames``: says what a retention would remove."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from timelapse.frames.retention import Retention, size_of

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Counts, and removes nothing: the settings decide what the retention removes."""

    help = "Says how many frames a retention would remove, and their size. It removes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, required=True, help="days for which all frames are kept")
        parser.add_argument("--every", type=int, default=10, help="of older frames, keep one of so many")

    def handle(self, *, days: int, every: int, **_: object) -> None:
        if days < 1 or every < 1:
            raise CommandError("Use 1 or more for --days and for --every.")
        retention = Retention(before=timezone.now() - timedelta(days=days), every=every)
        removal = size_of(retention.removable())
        size = filesizeformat(removal.bytes).replace("\xa0", " ")
        self.stdout.write(f"It would delete {removal.frames:,} frames, {size}.")
