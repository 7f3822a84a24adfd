from __future__ import annotations

from django.db import models


class Subscriber(models.Model):
    email = models.EmailField()
    active = models.BooleanField(default=True)


Subscriber.objects.all().delete()
for n in range(5):
    Subscriber.objects.create(email=f"{n}@example.org")


def process(film, number):
    pass
