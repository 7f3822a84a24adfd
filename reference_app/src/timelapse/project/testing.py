"""Settings for tests: the deployment's, with a temporary home."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("TIMELAPSE_HOME", tempfile.mkdtemp(prefix="timelapse-test-"))
os.environ.setdefault("SECRET_KEY", "only-for-tests")

from timelapse.project.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
QUEUE_INSIGHT["MAX_SENT"] = 0  # noqa: F405 - no thread beside the tests
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05}

# A file, and not memory: servers under test read and write it from threads of their own.
for _alias, _database in DATABASES.items():  # noqa: F405
    if _database["ENGINE"] == "django.db.backends.sqlite3":
        _database["TEST"] = {"NAME": str(HOME / f"test-{_alias}.sqlite3")}  # noqa: F405

#: Parallel test workers share one Valkey and must not meet there: each has four of its sixteen databases
#: (a fifth worker those of the first), and names of its own for what all databases share.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_FIRST = 4 * (int(WORKER.removeprefix("gw")) % 4) if WORKER.startswith("gw") else 0
CELERY_BROKER_URL = f"{REDIS_URL}/{_FIRST}"  # noqa: F405
CACHES["default"]["LOCATION"] = f"{REDIS_URL}/{_FIRST + 1}"  # noqa: F405
CACHES["fsmlock"] |= {"LOCATION": f"{REDIS_URL}/{_FIRST + 3}", "KEY_PREFIX": "holds"}  # noqa: F405
CHANNEL_LAYERS["default"]["CONFIG"] = {  # noqa: F405
    "hosts": [f"{REDIS_URL}/{_FIRST + 2}"],  # noqa: F405
    "capacity": 1000,
    "prefix": WORKER,
}
PROGRESS_REDIS_URL = f"{REDIS_URL}/{_FIRST + 3}"  # noqa: F405
