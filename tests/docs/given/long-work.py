from __future__ import annotations

from django.db import models


class Subscriber(models.Model):
    email = models.EmailField()
    active = models.BooleanField(default=True)


Subscriber.objects.all().delete()


def text(offer):
    return f"Offer {offer}"
