from __future__ import annotations

import contextlib

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

import fsmlock
from fsmlock import signals
from fsmlock.adapters import channels
from tests.shop.models import Film


@contextlib.contextmanager
def published_by(publish=None):
    before = {name: list(getattr(signals, name).receivers) for name in channels._SIGNALS}
    channels.install(publish)
    yield
    for name, receivers in before.items():
        getattr(signals, name).receivers = receivers
        getattr(signals, name).sender_receivers_cache.clear()


@pytest.fixture
def listening():
    with published_by():
        yield


def test_changes_are_published_to_the_group_of_the_object_after_commit(
    film, listening, django_capture_on_commit_callbacks
):
    layer = get_channel_layer()
    name = channels.group(f"shop.film:{film.pk}")
    async_to_sync(layer.group_add)(name, "me")
    with django_capture_on_commit_callbacks(execute=True):
        with fsmlock.hold(film, "render", why="Movie 7"):
            assert layer.channels.get("me") is None
        fsmlock.apply_transition(film, "publish")
    received = [async_to_sync(layer.receive)("me") for _ in range(3)]
    assert [m["signal"] for m in received] == ["hold_taken", "hold_released", "transitioned"]
    assert received[0]["why"] == "Movie 7"
    assert received[2]["target"] == "published"


def test_what_is_rolled_back_is_not_published(film, listening, django_capture_on_commit_callbacks):
    def publish():
        with transaction.atomic():
            fsmlock.apply_transition(film, "publish")
            raise RuntimeError

    with django_capture_on_commit_callbacks() as callbacks, pytest.raises(RuntimeError):
        publish()
    assert callbacks == []


def test_without_a_channel_layer_a_warning_is_logged(
    film, listening, settings, caplog, django_capture_on_commit_callbacks
):
    settings.CHANNEL_LAYERS = {}
    with django_capture_on_commit_callbacks(execute=True):
        fsmlock.apply_transition(film, "publish")
    assert "No channel layer is configured" in caplog.text


def test_a_project_can_publish_through_a_channel_of_its_own(film, django_capture_on_commit_callbacks):
    sent = []
    with (
        published_by(lambda group, event: sent.append((group, event["signal"]))),
        django_capture_on_commit_callbacks(execute=True),
    ):
        fsmlock.apply_transition(film, "publish")
    assert sent == [(channels.group(f"shop.film:{film.pk}"), "transitioned")]


def test_a_group_has_only_characters_that_channels_allows():
    assert channels.group("shop.film:a b/ü") == "fsmlock.shop.film.a.b.."
    assert len(channels.group("x" * 300)) == 99


@pytest.mark.django_db(databases=["default", "other"])
def test_what_happens_in_another_database_is_published_after_its_own_commit(
    listening, django_capture_on_commit_callbacks
):
    layer = get_channel_layer()
    with django_capture_on_commit_callbacks(using="other", execute=True):
        film = Film(name="Twin")
        film.save(using="other")
        async_to_sync(layer.group_add)(channels.group(f"shop.film:{film.pk}"), "twin")
        with django_capture_on_commit_callbacks(using="default") as elsewhere, fsmlock.hold(film, "render"):
            pass
        assert elsewhere == []
        assert layer.channels.get("twin") is None
    assert [async_to_sync(layer.receive)("twin")["signal"] for _ in range(2)] == [
        "hold_taken",
        "hold_released",
    ]


def test_a_hold_that_is_rolled_back_is_not_published(film, listening, django_capture_on_commit_callbacks):
    def hold():
        with transaction.atomic():
            fsmlock.hold(film, "render").acquire()
            raise RuntimeError

    with django_capture_on_commit_callbacks() as callbacks, pytest.raises(RuntimeError):
        hold()
    assert callbacks == []
