from __future__ import annotations

from django.core.mail import send_mail
from django.db import models

from fsmlock.iteration import Iteration
from fsmlock.models import Run


class Subscriber(models.Model):
    email = models.EmailField()
    active = models.BooleanField(default=True)


Subscriber.objects.all().delete()
for n in range(5):
    Subscriber.objects.create(email=f"{n}@example.org")


class SendOffer(Iteration):
    def __init__(self, offer):
        self.offer = offer

    def items(self):
        return Subscriber.objects.all()

    def each(self, subscriber):
        send_mail("Offer", "...", None, [subscriber.email])
