from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.django.stories import CAUSAL, OTHER, STORY, TASK, said

from eliot_progress.django import logstore
from eliot_progress.django.search import Query, find, terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    logstore.write(STORY)


def kinds(**query):
    return [(hit.kind, hit.status) for hit in find(Query(**query)).hits]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 13),
        ({"text": "movie"}, 6),
        ({"text": "SPACE left"}, 3),
        ({"text": '"left on device"'}, 3),
        ({"text": '"device on left"'}, 0),
        ({"text": "zweite"}, 1),
        ({"text": "über"}, 1),
        ({"text": "devi*"}, 3),
        ({"text": "devi"}, 0),
        ({"text": "movie=7"}, 2),
        ({"text": "movie=70"}, 0),
        ({"text": "id=7"}, 1),
        ({"text": "name=edit*"}, 1),
        ({"text": 'reason="No space left on device" exception=OSError'}, 1),
        ({"text": "path=/tmp/movie_7.mp4"}, 1),
        ({"text": "space", "status": "failed", "kind": "encode:file"}, 1),
        ({"text": "***"}, 13),
        ({"kind": "http:request"}, 4),
        ({"status": "failed"}, 3),
        ({"causal_id": TASK}, 11),
        ({"causal_id": CAUSAL[:6].upper()}, 11),
        ({"causal_id": OTHER}, 2),
        ({"causal_id": "zz"}, 0),
        ({"since": 109.0}, 3),
        ({"until": 100.1}, 2),
        ({"since": 102.0, "until": 103.0}, 3),
        ({"text": "movie", "since": 102.0, "until": 103.0}, 3),
        ({"min_duration_s": 5.0}, 3),
        ({"min_duration_s": 5.0, "text": "render"}, 1),
    ],
)
def test_everything_that_is_given_must_hold(story, query, count):
    assert len(find(Query(**query)).hits) == count


def test_the_newest_come_first_and_the_slowest_when_asked_for_slow_ones(story):
    assert [hit.at for hit in find(Query()).hits] == sorted((m["timestamp"] for m in STORY), reverse=True)
    assert [hit.duration_s for hit in find(Query(min_duration_s=0.3)).hits] == pytest.approx(
        [8.9, 7.5, 5.0, 0.5]
    )


@pytest.mark.parametrize("query", [{}, {"text": "movie"}, {"min_duration_s": 0.0}, {"text": "movie=7"}])
def test_pages_follow_one_another_without_gaps_or_doubles(story, query):
    every, after, pages = [], (), 0
    while after is not None:
        found = find(Query(after=after, **query), limit=2)
        every += [hit.id for hit in found.hits]
        after, pages = found.more, pages + 1
    assert every == [hit.id for hit in find(Query(**query)).hits]
    assert pages >= len(every) // 2


def test_a_field_with_many_near_misses_gives_pages_that_may_be_empty_but_go_on():
    logstore.write([said((n,), float(n), "near", text="movie 7 again") for n in range(1, 3001)])
    logstore.write([said((3001,), 0.5, "exact", movie=7)])
    first = find(Query(text="movie=7"))
    after, hits = first.more, list(first.hits)
    while after is not None:
        found = find(Query(text="movie=7", after=after))
        hits, after = [*hits, *found.hits], found.more
    assert [hit.kind for hit in hits] == ["exact"]


def test_a_hit_is_the_message_as_it_was_logged(story):
    assert find(Query(kind="plan:chosen")).hits[0].message == STORY[2]


@hypothesis_settings(deadline=None, max_examples=40)
@given(st.text())
def test_any_text_may_be_looked_for(text):
    assert find(Query(text=text)).hits == ()


def test_terms_are_parsed():
    assert [(t.field, t.words, t.prefix) for t in terms('a-b c=1 "d e" f="g h" i* j=k* ==')] == [
        ("", ("a", "b"), False),
        ("c", ("c", "1"), False),
        ("", ("d", "e"), False),
        ("f", ("f", "g", "h"), False),
        ("", ("i",), True),
        ("j", ("j", "k"), True),
    ]


def test_deleted_messages_are_not_found_any_more(story):
    from eliot_progress.django.models import LogMessage  # noqa: PLC0415

    LogMessage.objects.filter(causal_id=CAUSAL).delete()
    assert kinds(text="movie") == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:  # the index itself says that it agrees with the messages
            cursor.execute(
                "INSERT INTO eliot_progress_text(eliot_progress_text, rank) VALUES ('integrity-check', 1)"
            )
