"""A worker that delivers what is due, with the databases and settings of the test that started it."""

from __future__ import annotations

import json
import sys

import django
from django.conf import settings
from django.db import connections


def main(names: str, values: str) -> None:
    django.setup()
    for alias, name in json.loads(names).items():
        connections.databases[alias]["NAME"] = name
    settings.TIMELAPSE = json.loads(values)
    from timelapse.notifications import tasks  # noqa: PLC0415 - models need Django

    tasks.deliver()


if __name__ == "__main__":
    main(*sys.argv[1:])
