from __future__ import annotations

import threading
from datetime import timedelta

import django_fsm
import pytest
from django.db import connections, transaction

import fsmlock
from fsmlock import backends, signals
from fsmlock.declarations import transitions_of
from fsmlock.locks import resource
from fsmlock.models import Run
from tests.shop.models import Film, Frame, Leaf, Room
from tests.waiting import wait_until

LONG = timedelta(seconds=60)


def test_a_blocked_transition_raises_with_every_reason(film, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render").acquire)
    with pytest.raises(fsmlock.TransitionRefused) as refused:
        film.render()
    assert [r.code for r in refused.value.reasons] == ["no_frames", "held"]
    assert film.state == "ready"
    held.release()


def test_a_transition_runs_its_method_and_changes_the_state(film):
    Frame.objects.create(film=film)
    film.render()
    film.publish()
    film.save()
    assert Film.objects.get(pk=film.pk).state == "published"
    assert film.name == "Film 1!"


def test_conditions_are_evaluated_once(film, monkeypatch):
    Frame.objects.create(film=film)
    asked = []
    monkeypatch.setattr(type(film.frame_set), "exists", lambda self: asked.append(1) or True)
    film.render()
    assert asked == [1]


def test_the_slower_of_two_stale_instances_loses_and_writes_nothing(film):
    slower = Film.objects.get(pk=film.pk)
    film.publish()
    film.save()
    slower.start_deleting()
    slower.name = "overwritten"
    with pytest.raises(fsmlock.StaleState, match="is published by now"):
        slower.save()
    saved = Film.objects.get(pk=film.pk)
    assert (saved.state, saved.name) == ("published", "Film 1")


def test_after_a_lost_race_the_transaction_is_still_usable(film):
    with transaction.atomic():
        Film.objects.filter(pk=film.pk).update(state="failed")
        film.publish()
        with pytest.raises(fsmlock.StaleState):
            film.save()
        film.refresh_from_db()
        film.recover()
        film.save()
    assert Film.objects.get(pk=film.pk).state == "ready"


def test_saving_other_fields_does_not_compare_the_state(film):
    Film.objects.filter(pk=film.pk).update(state="failed")
    film.name = "renamed"
    film.save(update_fields=["name"])
    assert Film.objects.get(pk=film.pk).name == "renamed"


def test_the_state_is_protected_also_after_a_refresh(film):
    with pytest.raises(AttributeError):
        film.state = "published"
    film.refresh_from_db()
    with pytest.raises(AttributeError):
        film.state = "published"


def test_a_model_chooses_its_first_state(db):
    assert Room.objects.create(name="new").state == "ready"
    assert Film.objects.create(name="new").state == "initialising"


def test_transitions_are_reported_after_the_commit(film, django_capture_on_commit_callbacks):
    events = []

    def listen(event, **_):
        events.append((event.name, event.source, event.target, event.pk))

    signals.transitioned.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        film.publish()
        film.save()
        assert events == []
    assert events == [("publish", "ready", "published", str(film.pk))]


def test_apply_transition_does_it_in_one_call(film):
    fsmlock.apply_transition(film, "publish")
    assert Film.objects.get(pk=film.pk).state == "published"


def test_apply_transition_checks_the_permission_of_the_user(film, django_user_model):
    Frame.objects.create(film=film)
    user = django_user_model.objects.create(username="guest")
    with pytest.raises(fsmlock.TransitionRefused, match="permission"):
        fsmlock.apply_transition(film, "render", user=user)
    assert Film.objects.get(pk=film.pk).name == "Film 1"


def test_plain_django_fsm_still_works(film):
    assert django_fsm.can_proceed(film.publish)
    assert not django_fsm.can_proceed(film.render)
    assert [t.name for t in film.get_available_state_transitions()] == ["fail", "publish", "start_deleting"]


def test_every_hold_blocks_the_deletion(film, elsewhere):
    frame = Frame.objects.create(film=film)
    for obj, lock in [(film, "ingest"), (frame, "process")]:
        held = elsewhere(fsmlock.hold(obj, lock).acquire)
        with pytest.raises(fsmlock.TransitionRefused, match=r"is held|is blocked"):
            film.start_deleting()
        held.release()
    with fsmlock.hold(film, "*"):
        assert [r.code for r in elsewhere(fsmlock.explain, frame, to="process")] == ["held"]
    fsmlock.apply_transition(film, "start_deleting", policy=fsmlock.Fail())
    assert Film.objects.get(pk=film.pk).state == "deleting"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("policy", [fsmlock.Wait(up_to=LONG), fsmlock.Preempt(grace=LONG)])
def test_deletion_waits_until_the_holder_of_a_part_has_released(film, policy):
    frame = Frame.objects.create(film=film)
    started, waits = threading.Event(), isinstance(policy, fsmlock.Wait)

    def process():
        with fsmlock.hold(frame, "process") as held:
            started.set()
            wait_until(lambda: _somebody_waits(film) if waits else _asked(held))
        connections.close_all()

    worker = threading.Thread(target=process)
    worker.start()
    assert started.wait(30)
    fsmlock.apply_transition(film, "start_deleting", policy=policy)
    worker.join()
    assert Film.objects.get(pk=film.pk).state == "deleting"


def _asked(held):
    try:
        held.check()
    except fsmlock.CancelRequested:
        return True
    return False


def _somebody_waits(film):
    return any(h.waits for h in backends.get().find([resource(film)], using="default"))


def test_every_transition_says_when_it_happens():
    for model in (Film, Run):
        assert [
            definition.name
            for definition in transitions_of(model).values()
            if not definition.description and definition.internal
        ] == []
    assert all(definition.description for definition in transitions_of(Run).values())


def test_a_model_without_locks_is_deleted_by_any_policy(film):
    leaf = Leaf.objects.create()
    fsmlock.apply_transition(leaf, "start_deleting", policy=fsmlock.Preempt())
    assert Leaf.objects.get().state == "deleting"
