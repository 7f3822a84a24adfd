"""Django settings of the tests."""

from __future__ import annotations

SECRET_KEY = "only for tests"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = ["eliot_progress.django"]
MIDDLEWARE = ["eliot_progress.django.middleware.CausalMiddleware"]
ROOT_URLCONF = "tests.urls"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
