from __future__ import annotations

import pytest
from django.db import connection

from fsmlock.backends.database import DatabaseBackend
from fsmlock.testing.conformance import Conformance, claim, parent


class TestDatabaseBackend(Conformance):
    @pytest.fixture
    def backend(self):
        return DatabaseBackend()

    def test_a_hold_costs_two_statements(self, backend, django_assert_num_queries):
        wanted = claim(parent())
        with django_assert_num_queries(2):
            assert self.take(backend, wanted)
            backend.release(wanted, using="default")

    @pytest.mark.sqlite  # only its clock starts anew with the host
    def test_who_was_before_this_start_of_the_host_is_dead(self, backend):
        wanted = claim(parent())
        assert self.take(backend, wanted)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE fsmlock_hold SET renewed_us = renewed_us * 10, expires_us = expires_us * 10"
            )
        assert self.take(backend, claim(parent()))
