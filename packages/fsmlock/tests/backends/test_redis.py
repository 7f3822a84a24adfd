from __future__ import annotations

import pytest
from django.db import transaction

from fsmlock.backends.redis import RedisBackend
from fsmlock.testing.conformance import Conformance, claim, parent


class TestRedisBackend(Conformance):
    @pytest.fixture
    def backend(self, valkey):
        return RedisBackend()

    def test_after_a_loss_of_its_data_the_server_hands_out_newer_tokens(self, backend):
        old, new = claim(parent()), claim(parent())
        for _ in range(3):
            tokens = self.take(backend, old)
            backend.release(old, using="default")
        tokens = self.take(backend, old)
        with transaction.atomic():
            assert backend.guard(old, tokens, using="default")
        backend._client.flushall()
        with transaction.atomic():
            assert not backend.guard(new, self.take(backend, new), using="default")
        backend.release(new, using="default")
        with transaction.atomic():
            assert backend.guard(new, self.take(backend, new), using="default")
