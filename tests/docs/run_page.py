"""Runs the Python blocks of a page of the documentation as if a reader typed them in.

``python tests/docs/run_page.py PAGE`` creates a Django project in a temporary folder and runs the blocks
statement by statement as the module ``shop.models``. A model that a block declares gets a table and an object
(``film`` for ``Film``), which the next lines can use. Blocks under *Before* run in a separate namespace.
``given/PAGE.py`` contains what a page assumes. Functions named test_* are called at the end.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import django
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import connection, models

GIVEN = Path(__file__).parent / "given"


def blocks(page):
    """Return every Python block with its heading and first line."""
    heading, code, start, found = "", None, 0, []
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        if code is not None and line.startswith("```"):
            found.append((heading, start, "\n".join(code)))
            code = None
        elif code is not None:
            code.append(line)
        elif line == "```python":
            code, start = [], number
        elif line.startswith("## "):
            heading = line[3:]
    return found


def configure(folder):
    """Create a project with an empty app and return its module of models."""
    app = Path(folder) / "shop"
    app.mkdir()
    (app / "__init__.py").touch()
    (app / "models.py").touch()
    sys.path.insert(0, folder)
    settings.configure(
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "fsmlock",
            "shop",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/db.sqlite3"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        SECRET_KEY="documentation",
        FSMLOCK={"JOURNALS": f"{folder}/journals"},
        **(
            {"MAILERS": {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}}
            if django.VERSION >= (6, 1)
            else {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
        ),
    )
    django.setup()
    return importlib.import_module("shop.models")


class Plain:
    """An object without any convention, for the blocks under *Before*."""

    pk, status, is_processing = 1, "new", False

    def __init__(self):
        self.frames = SimpleNamespace(exists=lambda: True)

    def save(self):
        pass


def run(code, names, page, first_line):
    tree = ast.parse("\n" * first_line + code)
    for statement in tree.body:
        module = ast.Module([statement], [])
        exec(compile(module, str(page), "exec", flags=0, dont_inherit=True), names)
        if isinstance(statement, ast.ClassDef):
            create_table(names[statement.name], names)


def create_table(cls, names):
    """Create the table of a new model, and an object."""
    if not (isinstance(cls, type) and issubclass(cls, models.Model)) or cls._meta.abstract:
        return
    if cls._meta.db_table in connection.introspection.table_names():
        return
    with connection.schema_editor() as editor:
        editor.create_model(cls)
    values = {
        f.name: names[f.related_model._meta.model_name]
        for f in cls._meta.fields
        if isinstance(f, models.ForeignKey) and not f.null
    }
    for name in (cls._meta.model_name, "other"):
        names[name] = cls.objects.create(**values)


def main(page):
    with tempfile.TemporaryDirectory() as folder:
        names = vars(configure(folder))
        call_command("migrate", verbosity=0)
        user = apps.get_model("auth.User").objects.create_superuser("editor")
        names |= {"user": user, "request": SimpleNamespace(user=user)}
        given = GIVEN / f"{page.stem}.py"
        if given.exists():
            run(given.read_text("utf-8"), names, given, 0)
        before = {"film": Plain(), "frame": Plain(), "render": print}
        before |= {name: value for name, value in names.items() if name not in before}
        found = blocks(page)
        for heading, first_line, code in found:
            run(code, before if heading == "Before" else names, page, first_line)
        for name, test in list(names.items()):
            if name.startswith("test_"):
                mail.outbox = []
                fixtures = {"db": None, "mailoutbox": mail.outbox}
                test(**{name: fixtures[name] for name in inspect.signature(test).parameters})
        call_command("check")
        call_command("migrate", "--check", verbosity=0)
        sys.stdout.write(f"{len(found)} blocks ran\n")
        if not re.search("```python", page.read_text("utf-8")):
            sys.exit(f"{page} has no block of Python.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
