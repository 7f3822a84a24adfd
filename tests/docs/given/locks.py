from __future__ import annotations

from django.db import models

from fsmlock import Lifecycle

frames = [1, 2, 3]
draw = [].append
