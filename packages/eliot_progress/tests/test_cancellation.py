from __future__ import annotations

import asyncio

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
