from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "timelapse.project.testing")

import django

django.setup()
