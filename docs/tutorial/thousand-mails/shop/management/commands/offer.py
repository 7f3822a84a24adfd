from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import BaseCommand

from fsmlock.models import Run
from shop.iterations import SendOffer

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Send an offer, let it rest, let it go on, stop it, count the inbox."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["send", "pause", "resume", "cancel", "count"])
        parser.add_argument("number", type=int, help="Of the offer.")

    def handle(self, *, what: str, number: int, **_options: object) -> None:
        if what == "count":
            self._count(number)
            return
        run = (
            SendOffer.enqueue(offer=number, by="you")
            if what == "send"
            else Run.objects.get(arguments__offer=number)
        )
        if what == "pause":
            run.pause(by="you")
        elif what == "cancel":
            run.cancel(by="you")
        elif what == "resume":
            run.apply_transition("resume", by="you")
        self.stdout.write(f"{run} is {run.state}: {run.done} done")

    def _count(self, number: int) -> None:
        inbox = "".join(path.read_text("utf-8") for path in settings.INBOX.glob("*.log"))
        mails = [mail for mail in inbox.split("-" * 79) if f"Subject: Offer {number}\n" in mail]
        readers = Counter(line for mail in mails for line in mail.splitlines() if line.startswith("To: "))
        self.stdout.write(f"{len(mails)} mails to {len(readers)} readers")
