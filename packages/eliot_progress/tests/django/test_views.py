from __future__ import annotations

import json
import time

import pytest
from django.urls import reverse
from tests.django.stories import CAUSAL, OTHER_CAUSAL, STORY, end, said, start

from eliot_progress.django import logstore
from eliot_progress.django.store import DjangoStore
from eliot_progress.testing.samples import sample

pytestmark = pytest.mark.django_db
LOG = "admin:eliot_progress_logmessage_changelist"
NOTHING = "No matches"


@pytest.fixture
def story():
    logstore.write(STORY)


@pytest.fixture
def see(admin_client):
    def look(name, *arguments, **query):
        return admin_client.get(reverse(name, args=arguments), query).content.decode()

    return look


def test_without_a_question_the_explorer_shows_what_logged_last(story, see):
    page = see(LOG)
    assert page.index(OTHER_CAUSAL[:12]) < page.index(CAUSAL[:12])
    assert "The log is empty" not in page


def test_an_empty_log_says_how_it_is_filled(see):
    assert "manage.py eliot_progress ingest" in see(LOG)


def test_what_is_found_links_to_its_place_in_the_tree(story, see):
    page = see(LOG, q="exception=OSError")
    assert page.count('class="ep-when"') == 1
    assert f"{CAUSAL}/?under=a2/a3/a5" in page
    assert "No space left on device" in page
    assert "under=a2&amp;from=a2/a2" in see(LOG, kind="plan:chosen")


def test_what_is_not_found_is_said_with_what_to_do(story, see):
    assert NOTHING in see(LOG, q="unheard")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"min_duration": "soon"}, "Enter a number"),
        ({"since": "yesterday"}, "Enter a valid date/time"),
        ({"status": "lost"}, "lost is not one of the available choices"),
        ({"after": "1,2,3"}, "Enter a valid value"),
        ({"after": "e"}, "Go back to the first page"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_in_the_form(see, query, said):
    page = see(LOG, **query)
    assert said in page
    assert NOTHING not in page


def test_further_pages_of_a_search(see):
    logstore.write([said((n,), float(n), "tick") for n in range(1, 121)])
    page, seen = see(LOG, kind="tick"), 0
    while True:
        seen += page.count('class="ep-when"')
        if 'rel="next" href="?' not in page:
            break
        query = page.split('rel="next" href="?')[1].split('"')[0]
        page = see(f"{LOG}", **dict(part.split("=") for part in query.replace("%2C", ",").split("&amp;")))
    assert seen == 120


def test_a_small_tree_is_shown_whole(story, see):
    page = see("admin:eliot_progress_tree", CAUSAL)
    for title in ("celery:task", "plan:chosen", "render:movie", "encode:file"):
        assert f'class="ep-title">{title}<' in page
    assert page.count("ep-is-failed") == 3
    assert "240 / 300 frame" in page
    assert "11 messages, 4 actions" in page
    assert "Show more" not in page


def test_the_tree_of_a_click_is_titled_by_what_the_click_did(see):
    """The page starts the task, and its action is in no log of the server."""
    logstore.write([start((2,), 100.0, "graphql:operation"), end((2,), 101.0, "graphql:operation")])
    page = see("admin:eliot_progress_tree", CAUSAL)
    assert f"graphql:operation {CAUSAL[:8]}" in page
    assert "ep-badge ep-succeeded" in page
    assert "unknown" not in page


def test_what_failed_stands_above_the_tree_with_its_path(story, see):
    page = see("admin:eliot_progress_tree", CAUSAL)
    path = page.split("Failures")[1].split("</li>")[0]
    order = [path.index(name) for name in ("http:request", "celery:task", "render:movie", "encode:file")]
    assert order == sorted(order)
    assert "No space left on device" in path


def test_a_cancelled_task_is_shown_as_cancelled_and_found_as_that(see):
    cancelled = {"status": "failed", "outcome": "cancelled", "reason": "asked by admin"}
    logstore.write([start((), 1.0, "render:movie"), end((), 2.0, "render:movie", **cancelled)])
    page = see("admin:eliot_progress_tree", CAUSAL)
    assert "1 cancelled" in page
    assert "1 failed" not in page
    assert "ep-badge ep-cancelled" in page
    assert "asked by admin" in see(LOG, status="cancelled")
    assert "asked by admin" not in see(LOG, status="failed")


def test_everything_that_one_action_caused(story, see):
    page = see("admin:eliot_progress_tree", CAUSAL, under="a2/a3")
    assert "Everything this caused" in page
    assert 'class="ep-title">encode:file<' in page
    assert 'class="ep-title">plan:chosen<' not in page
    assert 'aria-level="1" data-path="a2/a3/a5"' in page


@pytest.mark.parametrize("query", [{}, {"under": "z9"}])
def test_an_unknown_tree_is_not_found(admin_client, query):
    for name in ("admin:eliot_progress_tree", "admin:eliot_progress_rows"):
        assert admin_client.get(reverse(name, args=["0" * 32]), query).status_code == 404


@pytest.fixture
def large():
    """A root of 1,000 actions of 3 messages; one of the last ones fails deep down."""
    messages = [start((), 0.0, "root:work")]
    for n in range(2, 1002):
        messages += [start((n,), float(n), "part:work", number=n), said((n, 2), n + 0.1, "note", n=n)]
        messages.append(end((n,), n + 0.5, "part:work", "failed" if n == 150 else "succeeded"))
    messages += [
        start((150, 3), 150.2, "inner:work"),
        end((150, 3), 150.3, "inner:work", "failed", reason="no"),
    ]
    logstore.write(messages)


def test_a_large_tree_comes_by_part_and_is_open_down_to_what_failed(
    large, see, django_assert_max_num_queries
):
    with django_assert_max_num_queries(25):
        page = see("admin:eliot_progress_tree", CAUSAL)
    assert page.count('aria-level="1"') == 201  # 200 and "Show more"
    assert 'class="ep-title">inner:work<' in page
    assert page.count('aria-expanded="true"') == 1
    assert page.count('aria-expanded="false"') == 199


def test_rows_are_fetched_by_part(large, see):
    first = see("admin:eliot_progress_rows", CAUSAL, parent="")
    assert first.count('role="row"') == 201
    query = first.split('data-more="')[1].split('"')[0].replace("&amp;", "&")
    second = see("admin:eliot_progress_rows", CAUSAL, **dict(part.split("=") for part in query.split("&")))
    assert 'data-path="c201"' in first
    assert 'data-path="c202"' in second
    inside = see("admin:eliot_progress_rows", CAUSAL, parent="a2")
    assert inside.count('role="row"') == 1
    assert 'aria-level="2"' in inside


def test_a_tree_may_begin_at_any_message(large, see):
    page = see("admin:eliot_progress_tree", CAUSAL, **{"from": "c500"})
    assert page.index('data-path="c500"') == page.index('data-path="')
    assert "from the start" in page


HOSTILE = "</script><b>'\"&\u202e\ud800\x00\x07\n{{ 1 }}"


def test_labels_with_markup_and_control_characters_are_harmless(see):
    exported = {HOSTILE: HOSTILE, "label": HOSTILE}
    logstore.write(
        [
            start((), 1.0, HOSTILE, **exported),
            said((2,), 1.5, HOSTILE, **exported),
            start((3,), 1.5, HOSTILE, **exported),
            end((3,), 1.6, HOSTILE, "failed", reason=HOSTILE),
            end((), 2.0, HOSTILE, "failed", reason=HOSTILE, **exported),
        ]
    )
    now = time.time()
    fields = {"about": HOSTILE, "by": HOSTILE, "note": HOSTILE, "reason": HOSTILE, "next_by": now + 9}
    DjangoStore().record(sample(1, heartbeat_at=now, **fields))
    DjangoStore().record(sample(1, level=(3,), outcome="failed", **fields))
    for page in (
        see(LOG),
        see(LOG, status="failed"),
        see(LOG, q="label"),
        see("admin:eliot_progress_tree", CAUSAL),
        see("admin:eliot_progress_taskrecord_changelist"),
    ):
        assert "</script><b>" not in page
        assert "\u202e" not in page
        assert "\x07" not in page


def test_a_tree_is_exported_as_json_lines_that_can_be_taken_in_again(story, admin_client):
    answer = admin_client.get(reverse("admin:eliot_progress_tree_export", args=[CAUSAL]))
    assert answer["Content-Type"] == "application/x-ndjson"
    messages = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert sorted(messages, key=lambda m: m["timestamp"]) == sorted(
        (m for m in STORY if m["task_uuid"].startswith("17")), key=lambda m: m["timestamp"]
    )


def test_what_one_action_caused_and_what_was_found_are_exported_too(story, admin_client):
    tree = admin_client.get(reverse("admin:eliot_progress_tree_export", args=[CAUSAL]), {"under": "a2/a3/a5"})
    assert len(b"".join(tree.streaming_content).splitlines()) == 2
    found = admin_client.get(reverse("admin:eliot_progress_export"), {"status": "failed"})
    assert len(b"".join(found.streaming_content).splitlines()) == 3
    assert admin_client.get(reverse("admin:eliot_progress_export"), {"min_duration": "x"}).status_code == 404
