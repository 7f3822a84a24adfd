from __future__ import annotations

import os
from pathlib import Path

import django

HOME = Path(os.environ.get("SHOP_HOME", Path(__file__).parents[1] / "var"))
HOME.mkdir(parents=True, exist_ok=True)

INSTALLED_APPS = ["fsmlock", "shop"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "shop.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FSMLOCK = {"JOURNALS": str(HOME / "journals")}
SECRET_KEY = "a tutorial has no secrets"  # noqa: S105 - and none is signed with it
USE_TZ = True

# Every mail is appended to a file in this folder, as slowly as a mail server would take it.
INBOX = HOME / "inbox"
MAIL_TAKES_S = float(os.environ.get("MAIL_TAKES_S", "0.01"))
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "shop.mail.EmailBackend"}}
else:
    EMAIL_BACKEND = "shop.mail.EmailBackend"
