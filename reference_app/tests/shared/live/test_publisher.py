from __future__ import annotations

import asyncio
import os
import threading

import pytest
from channels.layers import get_channel_layer
from django.db import transaction

from timelapse.shared import live
from timelapse.shared.live import publisher
from timelapse.shared.live.publisher import Publisher


@pytest.fixture
def sent(monkeypatch):
    """The events that reach the channel layer, with the thread that sent each."""
    found = []

    async def group_send(group, message):
        found.append((group, message["event"], threading.current_thread().name))

    monkeypatch.setattr(get_channel_layer(), "group_send", group_send)
    return found


def test_events_are_sent_in_order_by_one_thread(sent):
    for number in range(100):
        live.publish(f"group.{number % 3}", {"number": number})
    assert live.flush(10)
    assert [event["number"] for _, event, _ in sent] == list(range(100))
    assert {thread for _, _, thread in sent} == {"live-publisher"}


def test_publishing_never_waits_for_the_layer(monkeypatch):
    published, sending, release, sent = Publisher(), threading.Event(), threading.Event(), []

    async def blocked(group, message):
        sending.set()
        await asyncio.to_thread(release.wait, 30)
        sent.append(message["event"])

    monkeypatch.setattr(get_channel_layer(), "group_send", blocked)
    published.publish("group", {"number": 1})
    assert sending.wait(10)
    published.publish("group", {"number": 2})
    assert sent == []
    assert not published.flush(0)
    release.set()
    assert published.flush(10)
    assert sent == [{"number": 1}, {"number": 2}]


def test_waiting_events_with_the_same_key_are_merged(monkeypatch):
    published, entered, sent = Publisher(), threading.Event(), []
    release = threading.Event()

    async def group_send(group, message):
        sent.append(message["event"])
        entered.set()
        await asyncio.to_thread(release.wait, 10)

    monkeypatch.setattr(get_channel_layer(), "group_send", group_send)
    published.publish("group", {"first": True})
    assert entered.wait(10)
    published.publish("group", {"task": 1, "done": 1}, key="task")
    published.publish("group", {"other": 2})
    published.publish("group", {"task": 1, "done": 2}, key="task")
    release.set()
    assert published.flush(10)
    assert sent == [{"first": True}, {"task": 1, "done": 2}, {"other": 2}]


def test_a_layer_that_fails_is_logged_once_and_publishing_resumes(monkeypatch, caplog):
    published, sent, failing = Publisher(), [], [True]

    async def group_send(group, message):
        if failing[0]:
            raise ConnectionError("gone")
        sent.append(message["event"])

    monkeypatch.setattr(get_channel_layer(), "group_send", group_send)
    for number in range(3):
        published.publish("group", {"number": number})
    assert published.flush(10)
    failing[0] = False
    published.publish("group", {"number": 3})
    assert published.flush(10)
    assert sent == [{"number": 3}]
    assert published.dropped == 3
    assert caplog.text.count("The channel layer failed") == 1


def test_beyond_the_limit_the_oldest_events_are_dropped_and_counted(monkeypatch):
    monkeypatch.setattr(publisher, "_LIMIT", 3)
    published, entered, sent = Publisher(), threading.Event(), []
    release = threading.Event()

    async def group_send(group, message):
        sent.append(message["event"]["number"])
        entered.set()
        await asyncio.to_thread(release.wait, 10)

    monkeypatch.setattr(get_channel_layer(), "group_send", group_send)
    published.publish("group", {"number": 0})
    assert entered.wait(10)
    for number in range(1, 6):
        published.publish("group", {"number": number})
    release.set()
    assert published.flush(10)
    assert (sent, published.dropped) == ([0, 3, 4, 5], 2)


@pytest.mark.django_db(transaction=True)
def test_events_of_one_transaction_with_the_same_key_are_sent_as_one(sent):
    with transaction.atomic():
        live.publish_on_commit("group", key="movie.1", movie=1, new=True)
        live.publish_on_commit("group", key="movie.2", movie=2)
        with transaction.atomic():
            live.publish_on_commit("group", key="movie.1", movie=1)
    assert live.flush(10)
    assert [event for _, event, _ in sent] == [{"movie": 1, "new": True}, {"movie": 2}]


def test_a_forked_child_publishes_with_a_thread_of_its_own():
    published = Publisher()
    published.publish("group", {"number": 1})
    published.flush(10)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            published.reset()  # the fork hook does this for the process's own publisher
            published.publish("group", {"number": 2})
            os.write(write, b"sent" if published.flush(10) else b"not sent")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    assert os.read(read, 100) == b"sent"
    os.close(read)
