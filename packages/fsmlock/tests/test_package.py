from __future__ import annotations

import subprocess
import sys

import pytest

import fsmlock


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_it_is_imported_without_settings_and_without_django():
    assert run("import fsmlock, sys; print(any(m.startswith('django') for m in sys.modules))") == "False"


def test_values_are_imported_without_settings():
    assert run("from fsmlock import Reason, Fail, Wait, HoldRefused, Lock, Locks; print('ok')") == "ok"


def test_the_core_imports_nothing_optional():
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "from django.conf import settings\n"
        "settings.configure(INSTALLED_APPS=['fsmlock'])\n"
        "import django, sys; django.setup()\n"
        "import fsmlock, fsmlock.iteration; [getattr(fsmlock, n) for n in fsmlock.__all__]\n"
        "optional = {'celery', 'channels', 'strawberry', 'redis', 'eliot'}\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & optional))"
    )
    assert run(code) == "[]"


def test_every_public_name_is_there_and_an_unknown_one_is_not():
    assert all(getattr(fsmlock, name) is not None for name in fsmlock.__all__)
    assert sorted(fsmlock._HOME) == sorted(fsmlock.__all__) == sorted(dir(fsmlock))
    with pytest.raises(AttributeError, match="no attribute 'holt'"):
        fsmlock.holt  # noqa: B018
