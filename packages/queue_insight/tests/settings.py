"""Django settings of the tests: a project with nothing but the admin and this package.

DATABASE_URL chooses PostgreSQL instead of SQLite.
"""

from __future__ import annotations

import os
import tempfile
from urllib.parse import urlsplit


def database(url: str) -> dict[str, object]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ.get("TESTS_SQLITE", ":memory:"),
            "TEST": {"NAME": f"{tempfile.gettempdir()}/queue-insight-{os.getpid()}.sqlite3"},
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username,
        "HOST": parts.hostname,
        "PORT": str(parts.port),
    }


SECRET_KEY = "for tests only"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # others are slow on purpose
USE_TZ = True
TIME_ZONE = "UTC"
DEBUG = "TESTS_DEBUG" in os.environ
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "queue_insight",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tests.urls.content_security_policy",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "tests.urls"
STATIC_URL = "/static/"
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""))}
# Tests that need the publish time, or notes of what is sent, install it themselves.
QUEUE_INSIGHT: dict[str, object] = {
    "RECORD_PUBLISH_TIME": "TESTS_APP" in os.environ,
    "APP": os.environ.get("TESTS_APP", ""),
    "MAX_SENT": 100_000 if "TESTS_APP" in os.environ else 0,
}
