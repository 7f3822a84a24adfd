from __future__ import annotations

SECRET_KEY = "for tests only"
USE_TZ = True
INSTALLED_APPS = ["queue_insight"]
DATABASES: dict[str, object] = {}
# The tests that need the stamp install it themselves.
QUEUE_INSIGHT: dict[str, object] = {"STAMP": False}
