"""Django's settings: embedded defaults, which a deployment changes by environment variables."""

from __future__ import annotations

from pathlib import Path

import environ
from kombu import Queue

from timelapse.project.settings.secret import secret_key

env = environ.Env()

HOME = Path(env.str("TIMELAPSE_HOME", "var")).resolve()
UI_DIST = Path(env.str("TIMELAPSE_UI", str(Path(__file__).parents[4] / "ui" / "dist")))
# Answer the documents of the page only: see timelapse.project.page_documents.
ONLY_PAGE_DOCUMENTS = env.bool("ONLY_PAGE_DOCUMENTS", False)

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or secret_key(HOME)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "channels",
    "eliot_progress.django",
    "fsmlock",
    "queue_insight",
    "timelapse.accounts",
    "timelapse.cameras",
    "timelapse.frames",
    "timelapse.timelapses",
    "timelapse.ingest",
    "timelapse.rendering",
    "timelapse.publishing",
    "timelapse.operations",
    "timelapse.notifications",
    "timelapse.project",
]

MIDDLEWARE = [
    "eliot_progress.django.middleware.CausalMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "timelapse.project.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "timelapse.accounts.seen_middleware.note_sessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "timelapse.project.urls"
ASGI_APPLICATION = "timelapse.project.asgi.application"
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

DATABASES = {
    "default": env.db_url("DATABASE_URL", f"sqlite:///{HOME}/db.sqlite3"),
    # A separate database, so that log and app writes never wait for each other.
    "log": env.db_url("LOG_DATABASE_URL", f"sqlite:///{HOME}/log.sqlite3"),
}
for _database in DATABASES.values():
    if _database["ENGINE"] == "django.db.backends.sqlite3":
        _database["OPTIONS"] = {
            # A transaction that will write takes the write lock at once, so that it never fails half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        }
    else:
        _database["CONN_HEALTH_CHECKS"] = True
DATABASE_ROUTERS = ["eliot_progress.django.router.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379")
CACHES = {
    "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": f"{REDIS_URL}/1"},
    # For FSMLOCK["BACKEND"] in Valkey: clearing the other cache must not lose holds.
    "fsmlock": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": f"{REDIS_URL}/4"},
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [f"{REDIS_URL}/2"], "capacity": 1000},
    }
}

CELERY_BROKER_URL = env.str("BROKER_URL", f"{REDIS_URL}/0")
#: Queues by length of work: no chore waits behind a movie. A worker without --queues takes from both.
CELERY_TASK_QUEUES = [Queue("chores"), Queue("render")]
CELERY_TASK_DEFAULT_QUEUE = "chores"
CELERY_TASK_ROUTES = {
    "rendering.render_movie": {"queue": "render"},
    "fsmlock.execute_run": {"queue": "render"},  # imports, for example
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_TASK_SEND_SENT_EVENT = True
CELERY_TASK_TRACK_STARTED = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    # A task that no worker takes in time expires: the next one does the same.
    "recover-movies": {"task": "rendering.recover_movies", "schedule": 5.0, "options": {"expires": 10}},
    "recover-runs": {"task": "fsmlock.recover_runs", "schedule": 30.0, "options": {"expires": 30}},
    "finish-deletions": {"task": "rendering.finish_deletions", "schedule": 60.0, "options": {"expires": 60}},
    "empty-trash": {"task": "rendering.empty_trash", "schedule": 600.0, "options": {"expires": 600}},
    "request-latest-movies": {
        "task": "rendering.request_latest_movies",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "thin-frames": {"task": "rendering.thin_frames", "schedule": 3600.0, "options": {"expires": 3600}},
    "settle-clocks": {"task": "ingest.settle_clocks", "schedule": 20.0, "options": {"expires": 20}},
    "sweep-uploads": {"task": "ingest.sweep_uploads", "schedule": 3600.0},
    "sweep-files": {"task": "ingest.sweep_files", "schedule": 24 * 3600.0, "options": {"expires": 3600}},
    "measure-frames": {"task": "ingest.measure_frames", "schedule": 3600.0, "options": {"expires": 3600}},
    "clear-sessions": {
        "task": "accounts.clear_sessions",
        "schedule": 24 * 3600.0,
        "options": {"expires": 3600},
    },
    "watch-needs": {"task": "notifications.watch", "schedule": 10.0, "options": {"expires": 10}},
    "deliver-notifications": {"task": "notifications.deliver", "schedule": 10.0, "options": {"expires": 10}},
    "trim-agent-logs": {"task": "ingest.trim_logs", "schedule": 3600.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(HOME / "celerybeat")

LANGUAGE_CODE = "en"
#: Of the page's requests, by what the page is in. What is declared is translated; sentences are not yet.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [Path(__file__).parents[2] / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
MEDIA_ROOT = HOME / "media"
LOG_FOLDER = HOME / "log"

LOGIN_URL = "/sign-in"
AUTHENTICATION_BACKENDS = ["timelapse.accounts.throttle.ThrottledBackend"]
PASSWORD_HASHERS = [
    "timelapse.accounts.hashing.OneCoreArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of accounts made before; hashed anew at sign-in
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
HTTPS = env.bool("HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
#: Bytes of a request to Django, whoever sends it; pictures of cameras have limits of their own.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]

FSMLOCK = {"ENQUEUE": "timelapse.operations.sending.enqueue"}
QUEUE_INSIGHT: dict[str, object] = {
    "APP": "timelapse.project.celery.app",
    "CAUSAL_ID": "eliot_progress.causal_id",
}
ELIOT_PROGRESS = {"ADOPT": "same-origin", "DATABASE": "log", "STORE": "timelapse.shared.progress.store"}
PROGRESS_REDIS_URL = f"{REDIS_URL}/3"
STRAWBERRY_DJANGO = {"MUTATIONS_DEFAULT_HANDLE_ERRORS": False, "MAP_AUTO_ID_AS_GLOBAL_ID": True}
TIMELAPSE: dict[str, object] = {
    "public_address": env.str("PUBLIC_ADDRESS", "").rstrip("/"),
    "email_url": env.str("EMAIL_URL", ""),
    "email_from": env.str("EMAIL_FROM", "timelapse@localhost"),
    "notify_after_seconds": env.float("NOTIFY_AFTER_SECONDS", 60.0),
    "notify_services": tuple(env.list("NOTIFY_SERVICES", default=[])),
}
