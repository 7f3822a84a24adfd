"""SQLite databases with all migrations applied, made once and then copied: to migrate takes seconds."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connections

#: Where the deployment migrates one app only, which is all that the router lets in.
ONLY = {"log": ["eliot_progress"]}


def copy_into_place(folder: Path) -> list[Path]:
    """Copy migrated databases to where Django will look for those of the tests; return the copies.

    Args:
        folder: keeps the databases for the next run.
    """
    folder = folder / _digest()
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return [_copy(alias, folder / f"{alias}.sqlite3") for alias in connections]


def _copy(alias: str, template: Path) -> Path:
    if not template.exists():
        _migrate(alias, template)
    return Path(shutil.copyfile(template, connections[alias].settings_dict["TEST"]["NAME"]))


def _digest() -> str:
    """Tell apart what makes the databases different: the migrations and Django."""
    digest = hashlib.sha256(django.__version__.encode())
    for config in apps.get_app_configs():
        for path in sorted(Path(config.path).glob("migrations/*.py")):
            digest.update(f"{config.label} {path.name}".encode() + path.read_bytes())
    return digest.hexdigest()


def _migrate(alias: str, path: Path) -> None:
    """Make a migrated database, without what follows a migration: that depends on the code."""
    unfinished, connection = path.with_suffix(".part"), connections[alias]
    unfinished.unlink(missing_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "NAME", str(unfinished))
        patch.setattr(migrate, "emit_post_migrate_signal", lambda *_, **__: None)
        call_command("migrate", *ONLY.get(alias, []), database=alias, verbosity=0, interactive=False)
        connection.close()
    unfinished.rename(path)
