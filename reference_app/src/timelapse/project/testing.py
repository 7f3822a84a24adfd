"""Settings of the tests: the deployment's own, with a home that is thrown away."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("TIMELAPSE_HOME", tempfile.mkdtemp(prefix="timelapse-test-"))
os.environ.setdefault("SECRET_KEY", "only-for-tests")

from timelapse.project.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05}

# A file, and not memory: servers under test read and write it from threads of their own.
for _alias, _database in DATABASES.items():  # noqa: F405
    if _database["ENGINE"] == "django.db.backends.sqlite3":
        _database["TEST"] = {"NAME": str(HOME / f"test-{_alias}.sqlite3")}  # noqa: F405

#: Parallel test workers share one Valkey and must not hear one another.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = WORKER  # type: ignore[index] # noqa: F405
CELERY_TASK_DEFAULT_QUEUE = f"celery-{WORKER}"
