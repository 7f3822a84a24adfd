from __future__ import annotations

import threading

import pytest

from camera_agent.link.previews import LARGEST, MOST, Previews
from camera_agent.link.sender import Sender
from tests.conftest import jpeg
from tests.spool.conftest import NOW


@pytest.fixture
def previews(tmp_path):
    return Previews(tmp_path / "previews")


def add(previews, sequence: int, *, of: str = ""):
    return previews.add(jpeg(sequence), taken=NOW, sequence=sequence, of=of)


def files(previews, tmp_path) -> set[str]:
    return {path.name for path in (tmp_path / "previews").iterdir()}


def test_the_newest_goes_first_and_what_is_older_then_shows_nothing_new(previews, tmp_path):
    add(previews, 1, of="capture-1")
    newest = add(previews, 2, of="capture-2")
    assert previews.claim() == newest
    previews.delivered(newest)
    assert previews.claim() is None
    assert files(previews, tmp_path) == set()


def test_only_a_few_wait(previews, tmp_path):
    for sequence in range(MOST + 5):
        add(previews, sequence)
    assert len(files(previews, tmp_path)) == MOST
    assert previews.claim().sequence == MOST + 4


def test_what_the_protocol_does_not_take_is_not_sent(previews):
    assert previews.add(bytes(LARGEST + 1), taken=NOW, sequence=1) is None
    assert previews.add(b"", taken=NOW, sequence=1) is None


def test_one_that_fails_for_good_is_let_go_and_one_tried_is_asked_for_first(previews):
    preview = add(previews, 1)
    previews.tried(preview)
    assert previews.claim().attempts == 1
    previews.refused(preview, "not_a_picture", "It is none.")
    assert previews.claim() is None
    previews.tried(preview)
    previews.lost(add(previews, 2), "It is gone.")
    assert previews.claim() is None


def test_a_restart_begins_with_none(previews, tmp_path):
    add(previews, 1)
    Previews(tmp_path / "previews")
    assert files(previews, tmp_path) == set()


def test_a_sender_brings_them_as_the_protocol_has_it(server, client, previews):
    preview = add(previews, 7, of="capture-7")
    told = []
    sender = Sender(previews, client, stop=threading.Event(), token=lambda: client.token, report=told.append)
    sender.attempt(previews.claim())
    assert server.previews == [preview.capture]
    about = server.uploads[preview.capture].metadata
    assert (about["kind"], about["of"], about["sequence"]) == ("preview", "capture-7", "7")
    assert server.stored == []
