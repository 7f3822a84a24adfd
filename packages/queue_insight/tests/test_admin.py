from __future__ import annotations

import time
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from msgspec import structs
from tests.conftest import free_port
from tests.values import failed, save_failures
from tests.waiting import wait_until

from queue_insight.collector_state import (
    CollectorState,
    ObservedOutcome,
    ObservedTask,
    ObservedWorker,
    Part,
    SentTask,
    TaskCounts,
    encode,
    encode_header,
)
from queue_insight.event import Event, Events
from queue_insight.events import EventTracker
from queue_insight.periods import ALL, HOUR, Period, Recent, key
from queue_insight.stores.base import Changes
from queue_insight.testing.states import save

pytestmark = pytest.mark.django_db
OVERVIEW = "admin:queue_insight_queue_changelist"
PAGES = [
    (OVERVIEW, ""),
    ("admin:queue_insight_queue", "?name=celery"),
    ("admin:queue_insight_task", "?id=nowhere"),
    ("admin:queue_insight_workers", ""),
    ("admin:queue_insight_failures", ""),
    ("admin:queue_insight_periodic", ""),
    ("admin:queue_insight_search", "?q=work"),
]
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def current(app):
    app.set_current()
    return app


@pytest.fixture
def staff(client, django_user_model):
    user = django_user_model.objects.create_user("staff", is_staff=True)
    client.force_login(user)
    return user


def get(client, name, query=""):
    return client.get(reverse(name) + query)


def text(response):
    return response.content.decode()


@pytest.mark.parametrize(("name", "query"), PAGES)
def test_a_superuser_sees_every_page(admin_client, name, query):
    assert get(admin_client, name, query).status_code == 200


@pytest.mark.parametrize(("name", "query"), PAGES)
def test_staff_without_the_permission_see_none(client, staff, name, query):
    assert get(client, name, query).status_code == 403


@pytest.mark.parametrize(("name", "query"), PAGES)
def test_anybody_else_is_asked_to_sign_in(client, name, query):
    response = get(client, name, query)
    assert response.status_code == 302
    assert "login" in response["Location"]


def test_the_permission_to_view_is_enough(client, staff):
    staff.user_permissions.add(Permission.objects.get(codename="view_queue"))
    assert get(client, OVERVIEW).status_code == 200


@pytest.mark.parametrize(("name", "query"), PAGES)
def test_a_page_answers_only_reads(admin_client, name, query):
    assert admin_client.post(reverse(name) + query).status_code == 405


def test_the_page_stands_in_the_admin_s_index(admin_client):
    index = text(admin_client.get(reverse("admin:index")))
    assert reverse(OVERVIEW) in index
    assert "queues, tasks and workers" in index.lower()


def test_a_task_is_followed_from_the_queue_to_why_it_waits(admin_client, app):
    first = app.send_task("work.do", (HOSTILE,)).id
    second = app.send_task("work.do").id
    assert "2 tasks wait in 1 queue" in text(get(admin_client, OVERVIEW))
    queue = text(get(admin_client, "admin:queue_insight_queue", "?name=celery"))
    assert "1 to 2 of 2, as of" in queue
    assert first in queue
    assert HOSTILE not in queue
    assert "&lt;script&gt;" in queue
    task = text(get(admin_client, "admin:queue_insight_task", f"?id={second}"))
    assert "1 task is ahead of it in queue" in task


def test_secrets_in_arguments_are_not_shown(admin_client, app):
    task_id = app.send_task("work.do", kwargs={"password": "hunter2", "user": "anna"}).id
    for name, query in [
        ("admin:queue_insight_queue", "?name=celery"),
        ("admin:queue_insight_task", f"?id={task_id}"),
    ]:
        page = text(get(admin_client, name, query))
        assert "hunter2" not in page
        assert "anna" in page


def test_without_a_collector_it_is_not_said_that_nothing_runs(admin_client, store):
    shown = text(get(admin_client, OVERVIEW))
    assert "Nothing waits." in shown
    assert "nothing runs" not in shown
    save(store, CollectorState(collected_at=time.time(), next_by=time.time() + 1, connected_since=1.0))
    assert "Nothing waits and nothing runs." in text(get(admin_client, OVERVIEW))


def test_a_part_is_the_page_without_its_frame(admin_client):
    part = text(get(admin_client, OVERVIEW, "?part=1"))
    assert "qi-headline" in part
    assert "<html" not in part


def part(client, query="?part=1", version=None, page=OVERVIEW):
    headers = {} if version is None else {"If-None-Match": version}
    return client.get(reverse(page) + query, headers=headers)


def test_until_the_collector_saves_again_a_part_is_not_sent_again(
    admin_client, store, django_assert_max_num_queries
):
    save(store, CollectorState(collected_at=1e9, next_by=1e9 + 1, connected_since=1.0))
    version = part(admin_client)["ETag"]
    with (
        django_assert_max_num_queries(2),  # the session and the user
        server(store._client, "total_commands_processed") as commands,
        bytes_from(store._client) as moved,
    ):
        again = part(admin_client, version=version)
    assert (again.status_code, again.content) == (304, b"")
    assert commands() < 10
    assert moved() < 15_000  # of which the figure itself is about 10,000
    save(store, CollectorState(collected_at=1e9 + 0.5, next_by=1e9 + 2, connected_since=1.0))
    wait_until(lambda: part(admin_client, version=version).status_code == 200)
    changed = part(admin_client, version=version)
    assert changed["ETag"] != version
    assert "qi-headline" in text(changed)


def test_viewers_who_may_do_the_same_are_shown_one_part(
    admin_client, client, staff, store, django_user_model
):
    save(store, CollectorState(collected_at=1e9, next_by=1e9 + 1, connected_since=1.0))
    staff.user_permissions.add(Permission.objects.get(codename="view_queue"))
    one_queue = {"query": "?name=celery&part=1", "page": "admin:queue_insight_queue"}
    shown = part(admin_client, **one_queue)
    assert "Purge" in text(shown)
    assert "Purge" not in text(part(client, **one_queue))
    client.force_login(django_user_model.objects.create_superuser("second"))

    def is_shared():
        first = part(admin_client, **one_queue).content
        with server(store._client, "total_commands_processed") as commands:
            second = part(client, **one_queue).content
        return first == second and commands() < 5

    wait_until(is_shared)  # both have to ask within a fraction of a second


def test_a_part_says_for_how_long_not_to_ask_again_and_a_page_does_not(admin_client, store):
    save(store, CollectorState(collected_at=1e9, next_by=1e9 + 1, connected_since=1.0))
    shown = part(admin_client)
    assert int(shown["Queue-Insight-Pause"]) >= 200
    assert "Queue-Insight-Pause" in part(admin_client, version=shown["ETag"])
    assert "Queue-Insight-Pause" not in part(admin_client, "")


def test_a_version_opens_nothing_to_those_who_may_not_view(admin_client, client, django_user_model, store):
    save(store, CollectorState(collected_at=1e9, next_by=1e9 + 1))
    version = part(admin_client)["ETag"]
    client.force_login(django_user_model.objects.create_user("other", is_staff=True))
    assert part(client, version=version).status_code == 403


def test_without_a_collector_a_part_has_no_version(admin_client, app, settings):
    assert "ETag" not in part(admin_client)
    settings.QUEUE_INSIGHT = {"STORE": f"redis://127.0.0.1:{free_port()}/0"}
    assert "ETag" not in part(admin_client)


def test_a_whole_page_is_always_sent(admin_client, store):
    save(store, CollectorState(collected_at=1e9, next_by=1e9 + 1))
    assert part(admin_client, "", part(admin_client)["ETag"]).status_code == 200


def test_the_beginning_of_one_id_leads_to_its_page(admin_client, app):
    task_id = app.send_task("work.do").id
    response = get(admin_client, "admin:queue_insight_search", f"?q={task_id[:8]}")
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('admin:queue_insight_task')}?id={task_id}"


def test_an_id_leads_to_a_task_that_waits_far_back(admin_client, app, settings):
    settings.QUEUE_INSIGHT = {"PEEK": 2}
    ids = [app.send_task("work.do").id for _ in range(30)]
    response = get(admin_client, "admin:queue_insight_search", f"?q={ids[17]}")
    assert response["Location"] == f"{reverse('admin:queue_insight_task')}?id={ids[17]}"
    page = text(admin_client.get(response["Location"]))
    assert "17 tasks are ahead of it" in page


def test_an_id_leads_to_a_task_of_which_only_its_sender_left_a_note(admin_client, store):
    note = SentTask(id="4f1c9a00", name="work.do", queue="celery", sent_at=1e9)
    store.note_sent({note.id: encode(note)}, causes={}, most=100)
    response = get(admin_client, "admin:queue_insight_search", "?q=4f1c9a00")
    assert "It was sent to queue" in text(admin_client.get(response["Location"]))


@pytest.mark.parametrize("name", ["q" * 10_000, HOSTILE, "影/? &"])
def test_a_queue_of_any_name_has_a_page(admin_client, app, settings, name):
    settings.QUEUE_INSIGHT = {"QUEUES": (name,)}
    app.send_task("work.do", queue=name)
    overview = get(admin_client, OVERVIEW)
    assert HOSTILE not in text(overview)
    assert len(overview.content) < 50_000
    (row,) = [each for each in overview.context["arranged"].rows if each.waiting]
    response = admin_client.get(reverse("admin:queue_insight_queue"), {"name": row.key})
    assert response.status_code == 200
    assert response.context["row"].waiting == 1


def test_a_queue_that_is_not_known_is_not_found(admin_client):
    assert get(admin_client, "admin:queue_insight_queue", "?name=nowhere").status_code == 404


@pytest.mark.parametrize(("name", "query"), PAGES)
def test_with_the_broker_down_each_page_says_so(admin_client, app, name, query):
    app.conf.broker_url = f"redis://127.0.0.1:{free_port()}/0"
    response = get(admin_client, name, query)
    assert response.status_code == 200
    assert "did not respond" in text(response)


def fill_store(store, queues, *, tasks=10_000):
    """100 workers with so many tasks, and all the outcomes and run times that a collector keeps."""
    workers = tuple(
        ObservedWorker(
            name=f"w{n}@test",
            last_seen_at=1e9,
            queues=tuple(queues[:20]),
            slots=100,
            task_counts={queues[0]: TaskCounts(running=tasks // 100)},
        )
        for n in range(100)
    )
    running = tuple(
        ObservedTask(
            id=f"{n:036}",
            name=f"work.{n % 30}",
            queue=queues[n % 20],
            worker=workers[n % 100].name,
            args_summary="x" * 200,
            started_at=1e9 - n,
        )
        for n in range(tasks)
    )
    state = CollectorState(
        collected_at=1e9,
        next_by=1e9 + 1,
        connected_since=1.0,
        workers=workers,
        tasks=running,
        finished=tuple(ObservedOutcome(id=f"f{n:035}", outcome="failed", at=1e9) for n in range(200)),
        run_times={f"work.{n}": (1.0,) * 200 for n in range(30)},
        recent={
            name: Recent(last=1e9, sent=tuple(range(60)), finished=tuple(range(60))) for name in queues[:100]
        },
        longest=tuple(f"{n:036}" for n in range(tasks - 20, tasks)),
    )
    save(store, state)


#: A task is looked for among all that a look at the queues reads, a search among 2,000 of the workers', too.
MOVED = {"admin:queue_insight_task": 1_300_000, "admin:queue_insight_search": 2_000_000}


@contextmanager
def server(client, figure):
    """Return by how much a figure of the server has grown since."""

    def value():
        return client.info("stats")[figure]

    before = value()
    yield lambda: value() - before


def bytes_from(client):
    return server(client, "total_net_output_bytes")


@pytest.mark.slow
def test_with_50_000_waiting_every_page_is_small_and_reads_little(
    admin_client, app, store, settings, django_assert_max_num_queries
):
    queues = [f"queue-{number}" for number in range(200)]
    settings.QUEUE_INSIGHT = {"QUEUES": tuple(queues)}
    app.send_task("work.do", queue="queue-0")
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        message = client.lindex("queue-0", 0)
        with client.pipeline(transaction=False) as pipeline:
            for number in range(49_999):
                pipeline.lpush(queues[number % 20], message)
            pipeline.execute()
    fill_store(store, queues)
    pages = [(name, query.replace("celery", "queue-0")) for name, query in PAGES]
    for name, query in pages:
        with (
            django_assert_max_num_queries(20),
            bytes_from(client) as moved,
            server(client, "total_commands_processed") as commands,
        ):
            response = get(admin_client, name, query)
        assert response.status_code == 200
        assert len(response.content) < 150_000, name
        assert commands() < 300, name
        assert moved() < MOVED.get(name, 700_000), name
    assert "50000 tasks wait in 20 queues" in text(get(admin_client, OVERVIEW))
    deep = text(get(admin_client, "admin:queue_insight_queue", "?name=queue-0&page=20"))
    assert "1901 to 2000 of 2501, as of" in deep


READERS = [
    ("admin:queue_insight_workers", ""),
    ("admin:queue_insight_workers", "?page=2"),
    ("admin:queue_insight_search", "?q=nowhere"),
    ("queue_insight:metrics", ""),
    ("queue_insight:health", ""),
]


@pytest.mark.parametrize(("name", "query"), READERS)
def test_pages_of_workers_and_searches_ask_no_more_often_when_workers_have_more(
    admin_client, app, store, settings, name, query
):
    settings.QUEUE_INSIGHT = {"METRICS_TOKEN": "s3cret"}
    commands = []
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        for tasks in (3_000, 10_000):
            fill_store(store, ["celery"] * 20, tasks=tasks)
            admin_client.get(reverse(name) + query, headers={"authorization": "Bearer s3cret"})
            with server(client, "total_commands_processed") as count, bytes_from(client) as moved:
                response = admin_client.get(reverse(name) + query, headers={"authorization": "Bearer s3cret"})
            assert response.status_code in {200, 503}
            commands.append(count())
            assert moved() < 1_500_000
    assert commands[0] == commands[1] < 60


def test_a_search_goes_on_where_it_ended(admin_client, store):
    fill_store(store, ["celery"] * 20, tasks=5_000)
    found, parts, after = set(), 0, ""
    while after is not None:
        response = get(admin_client, "admin:queue_insight_search", f"?q=work.7&part=1&after={after}")
        found |= {task.id for task in response.context["result"].tasks}
        parts += 1
        after = response.context["rest"] or None
    assert parts == 3
    assert len({each for each in found if int(each) % 30 == 7}) == 5_000 // 30 + 1


def test_a_search_by_causal_id_finds_tasks_that_nobody_has_any_more(admin_client, app, store):
    waits = app.send_task("work.do").id
    note = SentTask(id=waits, name="work.do", queue="celery", sent_at=1e9, causal_id="cause-17")
    gone = structs.replace(note, id=HOSTILE)
    notes = {each.id: encode(each) for each in (note, gone)}
    store.note_sent(notes, causes=dict.fromkeys(notes, "cause-17"), most=100)
    response = get(admin_client, "admin:queue_insight_search", "?q=cause-17")
    assert [task.id for task in response.context["tasks"]] == [waits]
    assert [each["id"] for each in response.context["sent"]] == [HOSTILE]
    page = text(response)
    assert "2 found for “cause-17”" in page
    assert HOSTILE not in page


def test_all_that_a_cause_sent_are_asked_for_together(admin_client, app, store):
    ids = [app.send_task("work.do").id for _ in range(3)]
    store.note_sent(dict.fromkeys(ids[:2], b"[]"), causes=dict.fromkeys(ids[:2], "cause-17"), most=100)
    response = admin_client.post(reverse("admin:queue_insight_act"), {"all": "cause-17"})
    assert response.context["title"] == "Cancel 2 tasks?"


def test_the_slots_of_each_worker_show_what_it_has_run_longest(admin_client, store):
    fill_store(store, ["celery"] * 20)
    response = get(admin_client, "admin:queue_insight_workers")
    row = response.context["page"].items[0]
    assert row.name == "w0@test"
    assert [int(box.task.id) for box in row.boxes] == [9_900 - 100 * n for n in range(8)]
    assert (row.more_boxes, row.more_free) == (92, 0)


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "٣", "9" * 30])
def test_a_page_number_that_is_none_is_the_nearest(admin_client, page):
    assert get(admin_client, "admin:queue_insight_queue", f"?name=celery&page={page}").status_code == 200


def test_the_history_of_a_queue_stands_on_its_page_and_the_last_hour_as_lines(admin_client, app, store):
    state = CollectorState(
        collected_at=1e9,
        next_by=1e9 + 1,
        queues={"celery": None},
        recent={"celery": Recent(last=1e9, sent=(1, 2), finished=(1, None))},
    )
    save(store, state)
    token = store.acquire("test", lease_s=60.0).token
    period = Period(start=HOUR.start(time.time()), observed_s=30.0, counts={"succeeded": 7}, run={0: 7})
    records = {
        Part.HISTORY: {key(HOUR, each, int(period.start)): encode(period) for each in (ALL, "q:celery")}
    }
    changes = Changes(header=encode_header(state), records=records)
    store.write(changes, token=token, lease_s=60.0, retention_s=60.0)
    page = text(get(admin_client, "admin:queue_insight_queue", "?name=celery"))
    assert "In the last 24 hours 7 ended while a collector listened: the day before is not known" in page
    assert '<path class="qi-in" d="M-1,1h2"/>' in page
    app.send_task("work.do")
    overview = text(get(admin_client, OVERVIEW))
    assert "The last 2 minutes: 3 in, at most 2 a minute; 1 out, at most 1 a minute; 1 minute not" in overview


def test_a_periodic_task_says_when_it_is_due_and_why_that_is_not_known(admin_client, app):
    app.conf.beat_schedule = {HOSTILE: {"task": "work.mail", "schedule": 60.0}}
    page = text(get(admin_client, "admin:queue_insight_periodic"))
    assert "1 periodic task, 1 not known." in page
    assert "Whether it comes is not known: no collector has listened for the last minutes." in page
    assert "every 1 min" in page
    assert HOSTILE not in page


def test_a_failure_is_found_by_its_place_and_leads_to_its_task(admin_client, store):
    save_failures(
        store,
        one=failed(
            exception=HOSTILE, message=HOSTILE, file=HOSTILE, function="charge", task_id="4f1c", count=3
        ),
        two=failed(function="refund"),
    )
    page = text(get(admin_client, "admin:queue_insight_failures", "?q=in+charge"))
    assert HOSTILE not in page
    assert "3 failures in 1 group since" in page
    assert f"{reverse('admin:queue_insight_task')}?id=4f1c" in page
    assert "refund" not in page
    task = text(get(admin_client, "admin:queue_insight_task", "?id=4f1c"))
    assert "It failed at" in task
    assert "3 times since" in task
    nothing = text(get(admin_client, "admin:queue_insight_failures", "?q=nowhere"))
    assert "No failure matches “nowhere”; 2 other groups." in nothing


def test_with_10_000_failures_the_page_is_small_and_reads_little(
    admin_client, store, django_assert_max_num_queries
):
    tracker = EventTracker(max_tasks=100, retention_s=60.0)
    tracker.connected_since = 1e9
    for number in range(10_000):
        frame = f'  File "/srv/shop/{"x" * 60}{number % 400}.py", line 3, in charge\n'
        failure = Event(
            type="task-failed",
            uuid=f"{number:036}",
            hostname="one@test",
            exception=f"Refused({'y' * 900!r})",
            traceback=f"Traceback (most recent call last):\n{frame}shop.errors.Refused: y\n",
        )
        tracker.apply(Events([failure]), 1e9 + number)
    token = store.acquire("test", lease_s=60.0).token
    changes = tracker.take_changes(1.1e9, next_by=1.1e9 + 1, replace=True)
    store.write(changes, token=token, lease_s=60.0, retention_s=60.0)
    with django_assert_max_num_queries(20), bytes_from(store._client) as moved:
        response = get(admin_client, "admin:queue_insight_failures", "?page=2")
    page = text(response)
    assert "groups 51 to 100" in page
    assert "The collector dropped" in page
    assert len(response.content) < 150_000
    assert moved() < 300_000


def test_the_overview_says_that_tasks_fail(admin_client, store):
    save_failures(store, g1=failed(last_at=time.time() - 5))
    assert "&#x27;shop.pay&#x27; fails with Refused, the last time" in text(get(admin_client, OVERVIEW))
