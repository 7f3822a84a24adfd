from __future__ import annotations

from datetime import timedelta

from django.db import models

from fsmlock import Lifecycle, Lock, Locks


class Film(Lifecycle, models.Model):
    locks = Locks(Lock("render"))
