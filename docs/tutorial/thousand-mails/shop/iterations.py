from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.mail import send_mail

from fsmlock.iteration import Iteration
from shop.models import Subscriber

if TYPE_CHECKING:
    from django.db.models import QuerySet


class SendOffer(Iteration):
    unit = "mail"
    max_errors = 10
    lease = timedelta(seconds=2)
    unique = "ever"  # an offer is sent once

    def __init__(self, offer: int) -> None:
        self.offer = offer

    def items(self) -> QuerySet[Subscriber]:
        return Subscriber.objects.filter(active=True)

    def each(self, subscriber: Subscriber) -> None:
        send_mail(f"Offer {self.offer}", "Half price!", "shop@example.org", [subscriber.email])
