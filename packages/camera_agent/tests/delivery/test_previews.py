from __future__ import annotations

import threading

import pytest

from camera_agent.delivery.previews import MAX_BYTES, MAX_WAITING, PreviewQueue
from camera_agent.delivery.uploader import Uploader
from camera_agent.errors import SpoolError
from tests.conftest import jpeg
from tests.spool.conftest import NOW


@pytest.fixture
def previews(tmp_path):
    return PreviewQueue(tmp_path / "previews")


def add(previews, sequence: int, *, of: str = ""):
    return previews.add(jpeg(sequence), captured_at=NOW, sequence=sequence, of=of)


def files(previews, tmp_path) -> set[str]:
    return {path.name for path in (tmp_path / "previews").iterdir()}


def test_the_newest_goes_first_and_what_is_older_then_shows_nothing_new(previews, tmp_path):
    add(previews, 1, of="capture-1")
    newest = add(previews, 2, of="capture-2")
    assert previews.claim() == newest
    previews.mark_delivered(newest)
    assert previews.claim() is None
    assert files(previews, tmp_path) == set()


def test_only_a_few_wait(previews, tmp_path):
    for sequence in range(MAX_WAITING + 5):
        add(previews, sequence)
    assert len(files(previews, tmp_path)) == MAX_WAITING
    assert previews.claim().sequence == MAX_WAITING + 4


def test_what_the_protocol_does_not_take_is_not_sent(previews):
    assert previews.add(bytes(MAX_BYTES + 1), captured_at=NOW, sequence=1) is None
    assert previews.add(b"", captured_at=NOW, sequence=1) is None


def test_one_that_fails_for_good_is_let_go_and_one_tried_is_asked_for_first(previews):
    preview = add(previews, 1)
    previews.mark_attempted(preview)
    assert previews.claim().attempts == 1
    previews.mark_refused(preview, "not_a_picture", "It is none.")
    assert previews.claim() is None
    previews.mark_attempted(preview)
    previews.mark_lost(add(previews, 2), "It is gone.")
    assert previews.claim() is None


def test_a_restart_begins_with_none(previews, tmp_path):
    add(previews, 1)
    PreviewQueue(tmp_path / "previews")
    assert files(previews, tmp_path) == set()


def test_a_sender_brings_them_as_the_protocol_has_it(server, client, previews):
    preview = add(previews, 7, of="capture-7")
    reported = []
    uploader = Uploader(
        previews, client, stop=threading.Event(), token=lambda: client.token, on_attempt=reported.append
    )
    uploader.attempt(previews.claim())
    assert server.previews == [preview.capture]
    about = server.uploads[preview.capture].metadata
    assert (about["kind"], about["of"], about["sequence"]) == ("preview", "capture-7", "7")
    assert server.stored == []


def test_one_that_a_full_card_does_not_take_is_an_error_of_the_card(previews, tmp_path):
    (tmp_path / "previews").rmdir()
    with pytest.raises(SpoolError, match="preview"):
        add(previews, 1)
    assert previews.claim() is None


def test_a_file_that_cannot_be_deleted_ends_nothing(previews, tmp_path):
    preview = add(previews, 1)
    previews.path(preview).unlink()
    previews.path(preview).mkdir()  # nobody can delete it like a file
    previews.mark_delivered(preview)
    assert previews.claim() is None
    assert PreviewQueue(tmp_path / "previews").claim() is None
