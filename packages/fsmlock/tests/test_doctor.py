from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_redis import get_redis_connection

import fsmlock
from fsmlock import backends
from fsmlock.backends.base import Granted
from fsmlock.doctor import examine
from fsmlock.rules import LockRequest
from fsmlock.testing.conformance import claim
from tests.shop.models import Film, Print


def scripts_run():
    """How many scripts the store has run, if it runs scripts."""
    return get_redis_connection("fsmlock").info("commandstats")["cmdstat_evalsha"]["calls"]


@pytest.fixture
def print_sheets(film, backend, django_capture_on_commit_callbacks):
    """Prints on the press, each of a film that somebody renders."""

    def sheets(count):
        for n in range(count):
            other = Film.objects.create(name=f"Film {n}")
            sheet = Print.objects.create(film=film)
            with django_capture_on_commit_callbacks(execute=True):
                fsmlock.apply_transition(sheet, "start_printing")
            # Of no process of ours, which would renew it meanwhile.
            rendered = claim(LockRequest(resource=f"shop.film:{other.pk}", lock="render"), lease=600)
            assert isinstance(backends.get().acquire(rendered, using="default"), Granted)
            if n % 3 == 0:
                Print.objects.filter(pk=sheet.pk).update(state="ready")
            elif n % 3 == 1:
                Print.objects.filter(pk=sheet.pk).update(film=other)

    return sheets


@pytest.mark.parametrize("backend", ["database", "valkey"], indirect=True)
def test_many_holds_are_examined_by_as_many_questions_as_a_few(print_sheets, request):
    in_valkey = "[valkey]" in request.node.name

    def questions():
        before = scripts_run() if in_valkey else 0
        with CaptureQueriesContext(connection) as captured:
            found = [finding.reason.code for finding in examine()]
        return len(captured), scripts_run() - before if in_valkey else 0, found

    print_sheets(3)
    questions()  # the first one loads the scripts
    *few, found = questions()
    assert found == ["orphan", "orphan"]
    print_sheets(30)
    *many, found = questions()
    assert len(found) == 22
    assert many == few
