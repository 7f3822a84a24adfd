from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from timelapse.cameras import actions
from timelapse.frames import ledger
from timelapse.ingest import limits
from timelapse.ingest.domain import Refusal
from timelapse.ingest.models import Quarantined

EVENING = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)


@pytest.fixture
def camera(db):
    return actions.enrol("Roof").camera.pk


def nothing():
    return 0


def quarantine(camera, *sizes):
    for size in sizes:
        row = Quarantined.objects.create(
            camera_id=camera, capture=f"capture-{Quarantined.objects.count()}", bytes=size, file="kept"
        )
        Quarantined.objects.filter(pk=row.pk).update(at=EVENING)


def refused(camera, length=100):
    with pytest.raises(Refusal) as caught:
        limits.check(camera, length, EVENING, begun=nothing)
    return caught.value.status, caught.value.code, caught.value.headers["Retry-After"]


def test_without_limits_nothing_is_asked(camera, settings, django_assert_num_queries):
    settings.TIMELAPSE = {"frames_per_minute": 0}
    with django_assert_num_queries(0):
        limits.check(camera, 10**12, EVENING, begun=nothing)


def test_a_days_bytes_end_at_midnight(camera, settings):
    settings.TIMELAPSE = {"bytes_per_day": 1000}
    ledger.add(camera, 900, EVENING.date())
    limits.check(camera, 100, EVENING, begun=nothing)
    assert refused(camera, 101) == (429, "rate_limited", "3600")
    limits.check(camera, 101, EVENING.replace(day=24), begun=nothing)


def test_a_quota_counts_all_days(camera, settings):
    settings.TIMELAPSE = {"stored_bytes": 1000}
    ledger.add(camera, 500, EVENING.date().replace(day=1))
    ledger.add(camera, 450, EVENING.date())
    limits.check(camera, 50, EVENING, begun=nothing)
    assert refused(camera, 51) == (429, "quota_exceeded", "600")


def test_quarantined_files_and_begun_uploads_count_as_stored(camera, settings):
    settings.TIMELAPSE = {"stored_bytes": 1000}
    quarantine(camera, 400)
    limits.check(camera, 300, EVENING, begun=lambda: 300)
    with pytest.raises(Refusal, match="1000 are allowed"):
        limits.check(camera, 301, EVENING, begun=lambda: 300)


def test_quarantined_files_count_in_the_rate_and_in_the_day(camera, settings):
    settings.TIMELAPSE = {"frames_per_minute": 3, "bytes_per_day": 1000}
    quarantine(camera, 300, 600)
    assert refused(camera, 101)[:2] == (429, "rate_limited")
    limits.check(camera, 100, EVENING, begun=nothing)
    quarantine(camera, 1)
    assert refused(camera, 1)[:2] == (429, "rate_limited")


def test_all_limits_together_take_six_queries(camera, settings, django_assert_num_queries):
    settings.TIMELAPSE = {"bytes_per_day": 10**9, "stored_bytes": 10**9}
    with django_assert_num_queries(6):
        limits.check(camera, 1, EVENING, begun=nothing)


def test_only_so_many_uploads_pass_at_once_and_each_makes_room_again(settings):
    settings.TIMELAPSE = {"uploads_per_camera": 2, "concurrent_uploads": 3}
    concurrency_limiter, roof, garden, shed = limits.ConcurrencyLimiter(), uuid4(), uuid4(), uuid4()
    with concurrency_limiter.slot(roof), concurrency_limiter.slot(roof):
        with pytest.raises(Refusal, match="2 uploads of this camera"), concurrency_limiter.slot(roof):
            pass
        with (
            concurrency_limiter.slot(garden),
            pytest.raises(Refusal, match="3 uploads"),
            concurrency_limiter.slot(shed),
        ):
            pass
    with concurrency_limiter.slot(roof), concurrency_limiter.slot(shed):
        pass
