from __future__ import annotations

SECRET_KEY = "for tests only"
USE_TZ = True
INSTALLED_APPS = ["queue_insight"]
DATABASES: dict[str, object] = {}
# Tests that need the publish time install it themselves.
QUEUE_INSIGHT: dict[str, object] = {"RECORD_PUBLISH_TIME": False}
