"""Django settings of the tests."""

from __future__ import annotations

import os

SECRET_KEY = "only for tests"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = ["eliot_progress.django"]
MIDDLEWARE = ["eliot_progress.django.middleware.CausalMiddleware"]
ROOT_URLCONF = "tests.urls"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

if "TESTS_CLICK" in os.environ:  # in the processes of click_world
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            # redis-py gives up reading after 5 s, which is how long this layer waits for a message.
            "CONFIG": {"hosts": [{"address": os.environ["TESTS_VALKEY_URL"], "socket_timeout": 60}]},
        }
    }
    ELIOT_PROGRESS = {"ADOPT": "always"}
