from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from timelapse.cameras.configuration import configure
from timelapse.cameras.models import Camera, Configuration
from timelapse.cameras.records import AgentRecord, store_records
from timelapse.frames.models import Frame
from timelapse.frames.timeline import timeline_of

from .conftest import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def factories(camera):
    """A camera that films once a minute, by default."""
    configured_at(camera, {"interval_s": 60}, by=User.objects.create_superuser("admin"), at=NOON - DAY)
    return camera


def configured_at(camera, settings, *, by, at):
    """Apply settings at a moment."""
    revision = configure(camera, settings, by=by).revision
    Configuration.objects.filter(camera=camera, revision=revision).update(updated_at=at)


def film(camera, minutes):
    Frame.objects.bulk_create(
        [
            Frame(
                camera=camera,
                capture=f"filmed-{minute:08d}",
                sequence=minute,
                captured_at=NOON + timedelta(minutes=minute),
                received_at=NOON,
                clock="synced",
                sha256="0" * 64,
                width=64,
                height=48,
                bytes=99,
                file="x.jpg",
                thumbnail="x.jpg",
            )
            for minute in minutes
        ]
    )


def test_a_month_of_frames_is_a_bounded_answer_by_constant_queries(factories, django_assert_num_queries):
    configured_at(factories, {"interval_s": 600}, by=User.objects.get(), at=NOON - DAY / 2)
    month = 30 * 24 * 60
    film(factories, (minute for minute in range(0, month, 10) if minute % 1000 > 30))
    end = NOON + timedelta(minutes=month)
    with django_assert_num_queries(5):
        seen = timeline_of(factories.pk, NOON, end, now=end)
    assert seen.size == timedelta(hours=1)
    assert len(seen.buckets) <= 30 * 24
    assert sum(bucket.frames for bucket in seen.buckets) == month // 10 - 44 * 4
    assert len(seen.gaps) == 43  # the first hole is before the first frame
    assert {gap.reason for gap in seen.gaps} == {"unknown"}


@pytest.mark.parametrize(
    "schedule",
    [{"end": "9999-12-31"}, {"windows": ["sunrise+99999999999h..sunset"]}, {"timezone": "Nowhere/At_All"}],
    ids=str,
)
def test_old_settings_that_cant_work_break_no_timeline(factories, schedule):
    before, after = NOON - DAY / 2, NOON - DAY / 4
    for number, (at, table) in enumerate([(before, schedule), (after, {"burst": 1})], 10):
        row = Configuration.objects.create(camera=factories, revision=number, interval_s=60, schedule=table)
        Configuration.objects.filter(pk=row.pk).update(updated_at=at)
    film(factories, range(60))
    end = NOON + timedelta(hours=1)
    assert timeline_of(factories.pk, NOON - DAY, end, now=end).buckets
    assert timeline_of(factories.pk, NOON, end, now=end).gaps == []


def test_a_day_is_counted_by_the_minute(factories):
    film(factories, [*range(60), *range(90, 120)])
    seen = timeline_of(factories.pk, NOON, NOON + DAY, now=NOON + timedelta(minutes=120))
    assert (seen.size, seen.expected) == (timedelta(minutes=1), 1)
    assert seen.buckets[0].at == NOON
    (gap,) = seen.gaps
    assert (gap.begins_at, gap.ends_at) == (NOON + timedelta(minutes=59), NOON + timedelta(minutes=90))


def test_each_hour_is_judged_by_the_settings_of_that_time(factories):
    by, windows = User.objects.get(), {"windows": ["00:00..13:00"]}
    configured_at(factories, {"interval_s": 60, "schedule": windows}, by=by, at=NOON + timedelta(minutes=30))
    configured_at(factories, {"interval_s": 300}, by=by, at=NOON + timedelta(minutes=120))
    film(factories, [*range(10), *range(20, 60), *range(120, 160, 5), *range(175, 200, 5)])
    seen = timeline_of(factories.pk, NOON, NOON + DAY, now=NOON + timedelta(minutes=200))
    minutes = [((gap.begins_at - NOON) / timedelta(minutes=1), gap.missed) for gap in seen.gaps]
    assert minutes == [(9, 10), (155, 3)]


def test_windows_follow_the_clock_that_the_agent_reported(factories):
    by = User.objects.get()
    configured_at(
        factories,
        {"interval_s": 60, "schedule": {"windows": ["22:00..23:00"]}},
        by=by,
        at=NOON - DAY / 2,
    )
    film(factories, range(60, 120))
    seen = timeline_of(factories.pk, NOON, NOON + DAY / 2, now=NOON + DAY / 2)
    assert [(gap.begins_at - NOON) / timedelta(hours=1) for gap in seen.gaps] == [10]
    Camera.objects.filter(pk=factories.pk).update(health={"timezone": "Asia/Tokyo"})
    seen = timeline_of(factories.pk, NOON, NOON + DAY / 2, now=NOON + DAY / 2)
    assert seen.gaps == []


def test_what_the_agent_reported_and_still_holds_explains_gaps(factories):
    film(factories, [*range(60), *range(90, 120), *range(200, 240)])
    begins, ends = NOON + timedelta(minutes=60), NOON + timedelta(minutes=89)
    reported = AgentRecord(
        record="boot-1",
        kind="gap",
        at=ends,
        clock="synced",
        begins_at=begins,
        ends_at=ends,
        data={"reason": "camera_failed", "detail": "It gave no answer."},
    )
    store_records(factories.pk, [reported])
    waiting = {"oldest_at": (NOON + timedelta(minutes=130)).isoformat()}
    Camera.objects.filter(pk=factories.pk).update(spool_pending=80, health=waiting)
    seen = timeline_of(factories.pk, NOON, NOON + DAY, now=NOON + timedelta(minutes=240))
    assert [gap.reason for gap in seen.gaps] == ["camera_failed", "not_delivered"]


def test_only_the_newest_gaps_are_given_and_the_others_counted(factories):
    film(factories, range(0, 1400, 5))
    seen = timeline_of(factories.pk, NOON, NOON + DAY, now=NOON + timedelta(minutes=1396))
    assert (len(seen.gaps), seen.more_gaps) == (1, 0)  # neighbouring gaps of one reason are one
    film(
        factories,
        [minute for start in range(0, 1400, 10) for minute in (start + 1, start + 2, start + 3, start + 4)],
    )
    seen = timeline_of(factories.pk, NOON, NOON + DAY, now=NOON + timedelta(minutes=1396))
    assert (len(seen.gaps), seen.more_gaps) == (100, 39)
