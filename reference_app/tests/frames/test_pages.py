from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from tests.frames.bulk import make_frames

from timelapse.frames import pages
from timelapse.frames.pages import FrameKey, InvalidPageError, Page, read_page
from timelapse.frames.queries import frames_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEYS = st.builds(
    FrameKey,
    captured_at=st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)).map(  # noqa: DTZ001
        lambda at: at.replace(tzinfo=UTC)
    ),
    sequence=st.integers(0, 2**63 - 1),
    pk=st.integers(0, 2**63 - 1),
)


def sequences(page):
    return [frame.sequence for frame in page.frames]


def walked(frames, *, step, **within):
    """Page through all frames forwards, or backwards with a negative step."""
    found, cursor = [], None
    while True:
        ahead = {"first": step, "after": cursor} if step > 0 else {"last": -step, "before": cursor}
        page = read_page(frames, Page(**ahead, **within))
        found = [*found, *sequences(page)] if step > 0 else [*sequences(page), *found]
        if not (page.has_next if step > 0 else page.has_previous):
            return found
        cursor = FrameKey.of(page.frames[-1 if step > 0 else 0])


@given(KEYS)
def test_a_cursor_names_the_key_that_it_was_made_of(key):
    assert FrameKey.parse(key.cursor) == key


@given(st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()))
def test_whatever_the_server_did_not_give_out_is_no_cursor(text):
    with pytest.raises(InvalidPageError, match="no cursor of a frame"):
        FrameKey.parse(text)


@pytest.mark.parametrize(
    "inner",
    ["arrayconnection:5", "frame:1:2", "frame:999999999999999999:1:1", f"frame:1:1:{2**63}", "frame:x:1:1"],
)
def test_a_cursor_of_another_list_or_out_of_bounds_is_no_cursor(inner):
    with pytest.raises(InvalidPageError) as refused:
        FrameKey.parse(base64.b64encode(inner.encode()).decode())
    assert refused.value.code == "malformed_cursor"


@pytest.mark.parametrize(
    "page",
    [
        Page(first=1, last=1),
        Page(first=101),
        Page(last=-1),
        Page(around=NOON, last=2),
        Page(every=0),
        Page(since=NOON.replace(tzinfo=None)),
        Page(until=datetime(9999, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_page_that_contradicts_itself_is_refused(page):
    with pytest.raises(InvalidPageError) as refused:
        page.check()
    assert refused.value.code == "bad_page"


@pytest.mark.django_db
@pytest.mark.parametrize("step", [1, 2, 3, 100, -1, -2, -3, -100])
def test_paging_meets_every_frame_once_even_where_many_have_the_same_time(camera, store, step):
    for sequence, second in enumerate([0, 1, 1, 1, 1, 2, 2, 5]):
        store(camera, second=second, sequence=sequence)
    assert walked(frames_of(camera.pk), step=step) == list(range(8))


@pytest.mark.django_db
def test_frames_of_one_time_and_one_sequence_are_kept_apart_by_their_keys(camera, store):
    made = [store(camera, second=1, sequence=1).frame for _ in range(5)]
    page = read_page(frames_of(camera.pk), Page(first=2, after=FrameKey.of(made[1])))
    assert page.frames == made[2:4]


@pytest.mark.django_db
def test_what_arrives_while_somebody_pages_moves_no_page(camera, store):
    for second in (10, 20, 30, 40):
        store(camera, second=second, sequence=second)
    first = read_page(frames_of(camera.pk), Page(first=2))
    store(camera, second=5, sequence=5)  # late, from a spool
    store(camera, second=50, sequence=50)
    second = read_page(frames_of(camera.pk), Page(first=2, after=FrameKey.of(first.frames[-1])))
    assert (sequences(first), sequences(second)) == ([10, 20], [30, 40])


@pytest.mark.django_db
def test_a_page_around_a_moment_has_frames_before_and_after_it(camera, store):
    for second in range(10):
        store(camera, second=second, sequence=second)
    page = read_page(frames_of(camera.pk), Page(first=4, around=NOON + timedelta(seconds=5)))
    assert sequences(page) == [3, 4, 5, 6]
    assert (page.has_previous, page.has_next) == (True, True)
    onwards = read_page(
        frames_of(camera.pk),
        Page(first=2, around=NOON + timedelta(seconds=5), after=FrameKey.of(page.frames[-1])),
    )
    assert sequences(onwards) == [7, 8]
    everything = read_page(frames_of(camera.pk), Page(around=NOON))
    assert (len(everything.frames), everything.has_previous, everything.has_next) == (10, False, False)


@pytest.mark.django_db
def test_a_page_within_limits_is_thinned_alike_on_every_page(camera, store):
    for second in range(40):
        store(camera, second=second, sequence=second)
    limits = {"since": NOON + timedelta(seconds=10), "until": NOON + timedelta(seconds=30), "every": 5}
    assert walked(frames_of(camera.pk), step=2, **limits) == [10, 15, 20, 25]
    assert pages.count(frames_of(camera.pk), Page(**limits)) == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("second", "sequence", "distance"), [(-60, 0, 60), (0, 0, 0), (4, 0, -4), (6, 10, 4), (99, 10, -89)]
)
def test_the_nearest_frame_is_found_with_its_distance(camera, store, second, sequence, distance):
    store(camera, second=0, sequence=0)
    store(camera, second=10, sequence=10)
    found = pages.nearest(frames_of(camera.pk), NOON + timedelta(seconds=second))
    assert (found.frame.sequence, found.distance) == (sequence, timedelta(seconds=distance))


@pytest.mark.django_db
def test_without_frames_nothing_is_nearest(camera):
    assert pages.nearest(frames_of(camera.pk), NOON) is None


@pytest.mark.django_db
@pytest.mark.parametrize("queries", ["page", "page back", "around", "nearest"])
def test_a_page_in_the_middle_of_many_frames_is_read_by_the_index(
    camera, queries, django_assert_max_num_queries
):
    make_frames(camera, 3000, begin=NOON)
    middle = NOON + timedelta(seconds=1500)
    key = FrameKey(captured_at=middle, sequence=1500, pk=0)
    ask = {
        "page": lambda: read_page(frames_of(camera.pk), Page(first=50, after=key)),
        "page back": lambda: read_page(frames_of(camera.pk), Page(last=50, before=key)),
        "around": lambda: read_page(frames_of(camera.pk), Page(first=50, around=middle)),
        "nearest": lambda: pages.nearest(frames_of(camera.pk), middle),
    }[queries]
    with django_assert_max_num_queries(2) as asked:
        ask()
    for query in asked:
        plan = explained(query["sql"])
        assert "frame_in_film_order" in plan, plan
        assert "TEMP B-TREE" not in plan, plan
        assert "Seq Scan" not in plan, plan


def explained(sql):
    """The plan of a statement. Of so few rows PostgreSQL would rather read all of them."""
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgresql:
            cursor.execute("ANALYZE frames_frame")
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'' if postgresql else 'QUERY PLAN'} {sql}")
        return "\n".join(str(row) for row in cursor.fetchall())
