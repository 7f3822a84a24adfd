from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from eliot_progress import cancellation
from eliot_progress.cancellation import outcome_of


@cancellation
class Registered(Exception):  # noqa: N818 - a cancellation is no error
    pass


class Child(Registered):
    pass


class Says(Exception):  # noqa: N818 - as above
    is_cancellation = True


class Denies(Exception):  # noqa: N818 - as above
    is_cancellation = False


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "succeeded"),
        (Registered(), "cancelled"),
        (Child(), "cancelled"),
        (Says(), "cancelled"),
        (Denies(), "failed"),
        (asyncio.CancelledError(), "cancelled"),
        (KeyboardInterrupt(), "cancelled"),
        (SystemExit(), "failed"),
        (LookupError(), "failed"),
    ],
)
def test_an_outcome_follows_from_how_the_work_ended(error, outcome):
    assert outcome_of(error) == outcome


def test_a_library_that_uses_no_asyncio_does_not_get_it():
    code = "import sys, eliot_progress; print('asyncio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
