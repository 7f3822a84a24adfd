from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from fsmlock.backends.base import InTheWay
from fsmlock.backends.fences import pass_fence
from fsmlock.backends.redis import RedisBackend
from fsmlock.testing.conformance import Conformance, claim, parent


class TestRedisBackend(Conformance):
    @pytest.fixture
    def backend(self, valkey):
        return RedisBackend()

    def test_after_a_loss_of_its_data_the_server_grants_nothing_before_the_longest_lease_is_over(
        self, backend
    ):
        lost, early = claim(parent(), lease=1.0), claim(parent(), lease=0.2)
        before = self.take(backend, lost)
        backend._client.flushall()
        refused = backend.take(early, using="default")
        assert isinstance(refused, InTheWay)
        assert (refused.holds, refused.trouble.code) == ((), "store_restarted")
        assert not backend.renew(lost, using="default").alive
        assert self.eventually(lambda: self.take(backend, early))
        backend.release(early, using="default")
        assert self.take(backend, early).popitem() > before.popitem()

    def test_a_server_whose_clock_went_back_as_well_hands_out_newer_tokens(self, backend):
        old, new = claim(parent()), claim(parent())
        before = self.take(backend, old)
        ahead = {key: token + 10**9 for key, token in before.items()}
        with transaction.atomic():
            assert not pass_fence(old, *ahead.values(), using="default")
        backend.release(old, using="default")
        with transaction.atomic():
            assert not backend.guard(new, self.take(backend, new), using="default")
        backend.release(new, using="default")
        with transaction.atomic():
            assert backend.guard(new, self.take(backend, new), using="default")

    def test_one_who_is_expected_shows_until_then_and_is_in_nobodys_way(self, backend):
        expected = claim(parent())
        backend.expect(expected, using="default", within=timedelta(milliseconds=200))
        assert self.take(backend, claim(parent()))
        assert self.eventually(
            lambda: not [h for h in backend.find(["shop.film:1"], using="default") if h.waits]
        )
