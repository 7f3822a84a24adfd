from __future__ import annotations

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django_redis import get_redis_connection

import fsmlock
from fsmlock import backends
from fsmlock.backends import redis, redis_scripts
from fsmlock.backends.base import Denied, Granted
from fsmlock.backends.fencing import check_fencing_token, save_server
from fsmlock.backends.redis import RedisBackend
from fsmlock.checks import check_deployment
from fsmlock.models import Fence
from fsmlock.rules import LockRequest
from fsmlock.testing import FakeClock
from fsmlock.testing.conformance import Conformance, child, claim, parent
from tests.shop.models import Frame
from tests.waiting import wait_until


def said(*arguments):
    out = io.StringIO()
    call_command("fsmlock", *arguments, stdout=out)
    return out.getvalue()


class TestRedisBackend(Conformance):
    @pytest.fixture
    def backend(self, valkey):
        return RedisBackend()

    def test_a_server_that_lost_its_data_grants_nothing_before_the_longest_lease_is_over(self, backend):
        lost, early = claim(parent(), lease=1.0), claim(parent(), lease=0.2)
        before = self.acquire(backend, lost)
        backend._client.flushall()
        refused = backend.acquire(early, using="default")
        assert isinstance(refused, Denied)
        assert (refused.holds, refused.reason.code) == ((), "store_restarted")
        assert not backend.renew(lost, using="default").alive
        assert self.eventually(lambda: self.acquire(backend, early))
        backend.release(early, using="default")
        assert self.acquire(backend, early).popitem() > before.popitem()

    def test_a_server_whose_clock_was_set_back_as_well_issues_newer_tokens(self, backend):
        old, new = claim(parent()), claim(parent())
        before = self.acquire(backend, old)
        ahead = {key: token + 10**9 for key, token in before.items()}
        with transaction.atomic():
            assert not check_fencing_token(old, *ahead.values(), using="default")
        backend.release(old, using="default")
        with transaction.atomic():
            assert not backend.guard(new, self.acquire(backend, new), using="default")
        backend.release(new, using="default")
        with transaction.atomic():
            assert backend.guard(new, self.acquire(backend, new), using="default")

    def test_an_announced_retry_shows_until_it_expires_and_blocks_nobody(self, backend):
        announced = claim(parent())
        backend.announce_retry(announced, using="default", expires_in=timedelta(milliseconds=200))
        assert self.acquire(backend, claim(parent()))
        assert self.eventually(
            lambda: not [h for h in backend.find(["shop.film:1"], using="default") if h.waits]
        )

    def test_the_rows_of_a_dead_holder_are_swept_a_day_later(self, backend, monkeypatch):
        assert self.acquire(backend, claim(parent(), lease=0.1))
        (key,) = backend._client.keys("fsmlock:locks:*\nhrender")
        backend._server("default").sweep()
        assert backend._client.exists(key)
        ((field, row),) = backend._client.hgetall(key).items()
        backend._client.hset(key, field, json.dumps({**json.loads(row), "e": 1}))
        backend._server("default").sweep()
        assert not backend._client.exists(key)

    def test_nothing_that_holds_rely_on_has_a_time_to_live(self, backend):
        assert self.acquire(backend, claim(parent(), child(), lease=60))
        backend._client.delete("fsmlock:tokens")
        other = LockRequest(resource="shop.film:2", lock="render")
        refused = backend.acquire(claim(other), using="default")
        assert refused.reason.code == "store_restarted"
        keys = backend._client.keys("*")
        assert len(keys) == 3 + 3 + 2  # groups of rows, the objects that have them, token counter and marks
        assert {backend._client.ttl(key) for key in keys} == {-1}

    def test_after_a_loss_only_leases_that_can_still_be_alive_count(self, backend):
        long = claim(parent(), lease=3600)
        assert self.acquire(backend, long)
        backend.release(long, using="default")
        assert self.acquire(backend, claim(parent(), lease=1))
        backend._client.flushall()
        assert isinstance(backend.acquire(claim(parent(), lease=0.2), using="default"), Denied)
        assert 0 < backend.quarantine_s("default") <= 30

    def test_after_a_loss_a_long_lease_counts_until_its_end(self, backend):
        assert self.acquire(backend, claim(parent(), lease=3600))
        backend._client.flushall()
        refused = backend.acquire(claim(parent(), lease=0.2), using="default")
        assert 3600 < refused.reason.params["left_s"] <= 7200

    def test_the_record_of_a_long_lease_does_not_outlast_a_hold_that_is_released_while_it_is_renewed(
        self, backend
    ):
        held, when = claim(parent(), lease=3600), []
        with FakeClock() as time:
            assert self.acquire(backend, held)
            time.advance(3601)

            def release_first(execute, sql, params, many, context):
                if "INTO fsmlock_fence" in sql and not when:
                    when.append("now")
                    backend.release(held, using="default")
                return execute(sql, params, many, context)

            with connection.execute_wrapper(release_first):
                assert not backend.renew(held, using="default").alive
            assert not backend.renew(held, using="default").alive
        assert when
        assert not Fence.objects.filter(kind="lease").exists()

    def test_threads_that_begin_at_once_record_the_same_leases(self, backend, monkeypatch):
        both, register = threading.Barrier(2), backend._client.register_script
        waited = threading.local()

        def register_together(script):
            if not hasattr(waited, "once"):
                waited.once = both.wait(timeout=30)
            return register(script)

        monkeypatch.setattr(backend._client, "register_script", register_together)
        with ThreadPoolExecutor(2) as threads:
            first, second = threads.map(backend._server, ["default"] * 2)
        assert first is second is backend._server("default")

    def write(self, backend, requested):
        tokens = self.acquire(backend, requested)
        with transaction.atomic():
            assert backend.guard(requested, tokens, using="default")
        return tokens

    def test_the_fencing_rows_of_earlier_objects_do_not_stay(self, backend, monkeypatch):
        monkeypatch.setattr(redis, "_SWEEP_FENCES_EVERY", 10)
        long = claim(parent("ingest"))
        kept = self.acquire(backend, long)
        before = claim(parent("ingest", compatible_with=frozenset({"ingest"})))
        for n in range(40):
            wanted = claim(child(resource=f"shop.frame:{n}"))
            self.write(backend, wanted)
            backend.release(wanted, using="default")
        assert Fence.objects.filter(kind="held").count() == 40, "a hold is older than all of them"
        with transaction.atomic():
            assert backend.guard(long, kept, using="default")
        backend.release(long, using="default")
        for n in range(40, 80):
            wanted = claim(child(resource=f"shop.frame:{n}"))
            self.write(backend, wanted)
            backend.release(wanted, using="default")
        assert Fence.objects.exclude(kind="server").count() < 30
        late = next(iter(kept.values()))
        with transaction.atomic():
            assert check_fencing_token(before, late, using="default") > late
        again = claim(parent("ingest"))
        self.write(backend, again)

    def test_a_hold_whose_lease_can_not_be_recorded_is_not_left_behind(self, backend):
        def fail(execute, sql, params, many, context):
            if "INTO fsmlock_fence" in sql:
                raise OperationalError("the database is away")
            return execute(sql, params, many, context)

        assert self.acquire(backend, claim(child()))  # records the server
        with connection.execute_wrapper(fail), pytest.raises(OperationalError):
            backend.acquire(claim(parent("ingest"), lease=3600), using="default")
        assert self.acquire(backend, claim(parent("ingest")))

    def test_a_person_may_end_the_quarantine(self, backend, settings):
        settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}
        backends._build.cache_clear()
        assert self.acquire(backend, claim(parent(), lease=3600))
        backend._client.flushall()
        wanted = claim(parent())
        assert isinstance(backend.acquire(wanted, using="default"), Denied)
        assert "grants nothing for" in said("quarantine")
        assert isinstance(backend.acquire(wanted, using="default"), Denied)
        assert said("quarantine", "--end") == "The quarantine has ended.\n"
        assert self.acquire(backend, wanted)
        assert said("quarantine") == "There is no quarantine.\n"

    def test_two_projects_on_one_server_do_not_share_locks(self, backend, settings):
        cache = settings.CACHES["fsmlock"]
        others = []
        for prefix in ("shop", "sh*p", "it's"):
            settings.CACHES = {"fsmlock": {**cache, "KEY_PREFIX": prefix}}
            others.append(RedisBackend())
        wanted = claim(parent(), holder="ours")
        assert self.acquire(backend, wanted)
        for other in others:
            Fence.objects.all().delete()  # they have a database of their own, too
            theirs = claim(parent(), holder="theirs")
            assert self.acquire(other, theirs)
            assert [info.holder for info in other.find(None, using="default")] == ["theirs"]
            place = other.wait_queue(claim(parent()), using="default")
            other.release(theirs, using="default")
            place.close()
        assert [info.holder for info in backend.find(None, using="default")] == ["ours"]

    @pytest.mark.parametrize(
        "policy", ["noeviction", "volatile-lru", "volatile-ttl", "allkeys-random", "allkeys-lru"]
    )
    def test_a_server_that_evicts_holds_is_named(self, backend, settings, policy):
        settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}
        backends._build.cache_clear()
        backend._client.config_set("maxmemory-policy", policy)
        try:
            found = check_deployment()
            doctor = said("doctor")
        finally:
            backend._client.config_set("maxmemory-policy", "noeviction")
        named = policy.startswith("allkeys")
        assert [(each.id, policy in each.msg) for each in found] == [("fsmlock.W006", True)] * named
        assert ("evicts: " in doctor) == named


def test_a_hold_below_two_ancestors_costs_two_round_trips(valkey, transactional_db, film, settings):
    settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}
    backends._build.cache_clear()
    frame = Frame.objects.create(film=film)
    with fsmlock.hold(frame, "process"):
        """The first hold of a process loads the scripts."""
    client = get_redis_connection("fsmlock")
    client.config_resetstat()
    with fsmlock.hold(frame, "process"):
        pass
    calls = {name: found["calls"] for name, found in client.info("commandstats").items()}
    assert calls["cmdstat_evalsha"] == 2
    assert not {"cmdstat_eval", "cmdstat_set", "cmdstat_publish"} & set(calls)


MOVED = "local t = redis.call('TIME'); t[1] = t[1] + (redis.call('GET', 'moved_s') or 0)"


@pytest.mark.parametrize("hours", [1, -1])
def test_no_hold_is_lost_or_kept_because_the_servers_wall_clock_was_moved(valkey, db, monkeypatch, hours):
    texts = redis_scripts.texts
    monkeypatch.setattr(
        redis_scripts,
        "texts",
        lambda prefix: {
            n: t.replace("local t = redis.call('TIME')", MOVED) for n, t in texts(prefix).items()
        },
    )
    backend = RedisBackend()
    requested, other = claim(parent("ingest")), claim(parent("ingest"))
    dead = claim(child(), lease=0.1)
    assert isinstance(backend.acquire(requested, using="default"), Granted)
    assert isinstance(backend.acquire(dead, using="default"), Granted)
    backend._client.set("moved_s", hours * 3600)
    assert isinstance(backend.acquire(other, using="default"), Denied)
    assert backend.renew(requested, using="default").alive
    wait_until(lambda: isinstance(backend.acquire(claim(child()), using="default"), Granted))


YOUNG = "local info = string.gsub(redis.call('INFO'), 'uptime_in_seconds:%d+', 'uptime_in_seconds:1')"


def test_an_uptime_of_one_second_may_be_one_too_high(valkey, db, monkeypatch):
    held = claim(parent(), lease=1.0)
    RedisBackend().acquire(held, using="default")
    texts = redis_scripts.texts
    monkeypatch.setattr(
        redis_scripts,
        "texts",
        lambda prefix: {
            n: t.replace("local info = redis.call('INFO')", YOUNG) for n, t in texts(prefix).items()
        },
    )
    save_server("the run before", 1000, using="default")
    backend = RedisBackend()
    backend._client.flushall()
    refused = backend.acquire(claim(parent(), lease=0.2), using="default")
    assert isinstance(refused, Denied)
    assert refused.reason.code == "store_restarted"
