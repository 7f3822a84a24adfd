from __future__ import annotations

import json
import time

import pytest

from queue_insight.brokers import redis_search
from queue_insight.brokers.redis_pages import RedisPages
from queue_insight.publish_time import HEADER

NUMBER = 3000
#: The first task was sent then, and each further one a second later.
BEGUN = 1_000_000.0


@pytest.fixture
def deep(app, with_publish_time):
    """A queue of 3,000 tasks, t0 to t2999."""
    fill(app, NUMBER)
    return RedisPages(app)


def client(app):
    with app.connection_for_write() as connection:
        return connection.default_channel.client


def fill(app, number, *, name="t", key="celery", size=0):
    app.send_task("work.do", ("x" * size,), task_id="of-all", argsrepr="()")
    encoded = client(app).lpop("celery").decode()
    sent_at = json.loads(encoded)["headers"][HEADER]
    for first in range(0, number, 500):
        client(app).lpush(
            key,
            *(
                encoded.replace("of-all", f"{name}{each}").replace(str(sent_at), str(BEGUN + each))
                for each in range(first, min(number, first + 500))
            ),
        )


def calls(app):
    return sum(
        each["calls"]
        for command, each in client(app).info("commandstats").items()
        if command.endswith("_eval")
    )


@pytest.mark.parametrize("place", [0, 1, 99, 1234, 2998, 2999])
def test_a_task_is_found_where_those_stand_that_were_sent_when_it_was(app, deep, place):
    before = calls(app)
    found = deep.locate(f"t{place}", "celery", sent_at=BEGUN + place + 0.01)
    assert (found.message.id, found.message.name, found.ahead) == (f"t{place}", "work.do", place)
    assert calls(app) - before <= 2


@pytest.mark.parametrize("off_s", [-850, 850])
def test_a_task_whose_sender_has_another_clock_is_found_in_the_neighbourhood(deep, off_s):
    assert deep.locate("t1500", "celery", sent_at=BEGUN + 1500 + off_s).ahead == 1500


def test_of_a_task_that_is_not_there_the_search_says_how_far_it_looked(deep):
    found = deep.locate("gone", "celery", sent_at=BEGUN + 1500)
    assert (found.message, found.looked_at, found.by_time) == (None, 1900, True)


def test_the_neighbourhood_ends_with_the_queue(deep):
    found = deep.locate("gone", "celery", sent_at=BEGUN)
    assert (found.looked_at, found.by_time) == (920, True)


def test_a_part_of_an_id_is_not_that_id(deep):
    assert deep.locate("t123", "celery", sent_at=BEGUN + 1000).ahead == 123
    assert deep.locate("1234", "celery", sent_at=BEGUN + 1234).message is None


def test_without_a_time_the_first_ones_are_looked_at(deep):
    assert deep.locate("t1800", "celery", sent_at=None).ahead == 1800
    found = deep.locate("t1900", "celery", sent_at=None)
    assert (found.message, found.looked_at, found.by_time) == (None, 1820, False)


def test_messages_that_do_not_carry_their_time_are_looked_at_from_the_head(app):
    for number in range(400):
        app.send_task("work.do", task_id=f"t{number}")
    found = RedisPages(app).locate("t300", "celery", sent_at=time.time())
    assert found.ahead == 300


def test_tasks_of_a_higher_priority_count_as_ahead(app, deep):
    fill(app, 50, name="low", key="celery\x06\x163")
    assert deep.locate("low7", "celery", sent_at=BEGUN + 7).ahead == NUMBER + 7


def test_an_odd_id_is_found(app, with_publish_time):
    sent = [app.send_task("work.do", task_id=each).id for each in ('a"b', "ü%d.", "c\\d")]
    assert [RedisPages(app).locate(each, "celery", sent_at=time.time()).ahead for each in sent] == [0, 1, 2]


def test_large_messages_are_read_one_by_one(app, with_publish_time, monkeypatch):
    fill(app, 40, size=900_000)
    monkeypatch.setattr(redis_search, "MAX_LOOKS", 4)
    found = RedisPages(app).locate("gone", "celery", sent_at=BEGUN + 20)
    assert found.looked_at == 4
    assert RedisPages(app).locate("t20", "celery", sent_at=BEGUN + 20.5).ahead == 20


def test_looking_for_a_task_changes_nothing(app, deep):
    server = client(app)
    before = {key: server.dump(key) for key in server.scan_iter()}
    for place in (0, 1500, 9999):
        deep.locate(f"t{place}", "celery", sent_at=BEGUN + place)
        deep.locate(f"t{place}", "celery", sent_at=None)
    assert {key: server.dump(key) for key in server.scan_iter()} == before


def test_an_empty_queue_has_no_task(app):
    found = RedisPages(app).locate("t1", "celery", sent_at=time.time())
    assert (found.message, found.looked_at) == (None, 0)
