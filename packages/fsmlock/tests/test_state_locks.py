from __future__ import annotations

import uuid

import pytest
from django.db import transaction
from django.utils import translation

import fsmlock
from fsmlock import backends, state_locks
from fsmlock.ancestors import lock_requests
from fsmlock.backends.redis import RedisBackend
from fsmlock.locks import resource
from fsmlock.rules import Claim
from tests.management.commands.test_fsmlock import said
from tests.shop.models import Film, GildedTicket, Print, Room, Scan, Ticket


@pytest.fixture
def sheet(film, backend, django_capture_on_commit_callbacks):
    return Print.objects.create(film=film)


def go(sheet, *names, commit):
    for name in names:
        with commit(execute=True):
            fsmlock.apply_transition(sheet, name)


def locks(obj):
    return [(h.lock, h.holder) for h in fsmlock.holds_on(obj)]


def test_a_transition_holds_its_lock_until_a_later_one(sheet, django_capture_on_commit_callbacks):
    go(sheet, "start_printing", commit=django_capture_on_commit_callbacks)
    assert locks(sheet) == [("press", "its state printing")]
    with pytest.raises(fsmlock.HoldRefused, match=r"held by its state printing.*until it leaves that state"):
        fsmlock.hold(sheet, "press").acquire()
    go(sheet, "dry", "turn", commit=django_capture_on_commit_callbacks)
    assert locks(sheet) == [("press", "its state printing")]
    go(sheet, "take", commit=django_capture_on_commit_callbacks)
    assert locks(sheet) == []
    with fsmlock.hold(sheet, "press"):
        pass


def test_the_row_of_a_states_hold_is_english_and_is_read_in_the_language_of_the_reader(
    sheet, django_capture_on_commit_callbacks
):
    with translation.override("de"):
        go(sheet, "start_printing", commit=django_capture_on_commit_callbacks)
        with pytest.raises(fsmlock.HoldRefused) as refused:
            fsmlock.hold(sheet, "press").acquire()
    assert locks(sheet) == [("press", "its state printing")]
    (reason,) = refused.value.reasons
    assert "wird gehalten von seinem Zustand „printing“" in reason.message


def test_another_process_can_end_the_hold_of_a_state(sheet, django_capture_on_commit_callbacks):
    go(sheet, "start_printing", "dry", commit=django_capture_on_commit_callbacks)
    go(Print.objects.get(pk=sheet.pk), "take", commit=django_capture_on_commit_callbacks)
    assert locks(sheet) == []


def test_the_hold_of_a_state_may_be_entered_explicitly(sheet, django_capture_on_commit_callbacks):
    with pytest.raises(fsmlock.ConfigurationError, match="is ready, and that state holds no lock"):
        fsmlock.state_hold(sheet)
    go(sheet, "start_printing", commit=django_capture_on_commit_callbacks)
    with fsmlock.hold(sheet, "press", within=fsmlock.state_hold(sheet), why="page 1") as held:
        held.check()
        assert len(locks(sheet)) == 2
    assert len(locks(sheet)) == 1


def test_a_lock_of_another_holder_blocks_the_transition(sheet, elsewhere, django_capture_on_commit_callbacks):
    held = elsewhere(fsmlock.hold(sheet, "press", holder="a visitor").acquire)
    assert [r.code for r in fsmlock.explain(sheet, to="start_printing")] == ["held"]
    with pytest.raises(fsmlock.TransitionRefused, match="a visitor"):
        sheet.start_printing()
    held.release()
    sheet.start_printing()
    held = elsewhere(fsmlock.hold(sheet, "press", holder="a quick one").acquire)
    with pytest.raises(fsmlock.TransitionRefused, match="a quick one"):
        sheet.save()
    assert Print.objects.get(pk=sheet.pk).state == "ready"
    held.release()
    go(Print.objects.get(pk=sheet.pk), "start_printing", commit=django_capture_on_commit_callbacks)


def test_the_slower_transition_takes_no_lock(sheet, django_capture_on_commit_callbacks):
    slower = Print.objects.get(pk=sheet.pk)
    slower.start_printing()
    go(sheet, "start_deleting", commit=django_capture_on_commit_callbacks)
    with pytest.raises(fsmlock.StaleState):
        slower.save()
    assert locks(sheet) == []
    assert Print.objects.filter(pk=sheet.pk).exists()


def test_own_holds_do_not_block_the_hold_of_the_state(sheet, django_capture_on_commit_callbacks):
    with fsmlock.hold(sheet, "press"):
        go(sheet, "start_printing", commit=django_capture_on_commit_callbacks)
    assert locks(sheet) == [("press", "its state printing")]


def test_a_policy_waits_for_what_the_transition_will_hold(sheet, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        fsmlock.apply_transition(sheet, "start_printing", policy=fsmlock.Fail())
    with django_capture_on_commit_callbacks(execute=True):
        fsmlock.apply_transition(sheet, "dry", policy=fsmlock.Fail())
    assert locks(sheet) == [("press", "its state printing")]


def test_a_rolled_back_transition_holds_nothing(film):
    sheet = Print.objects.create(film=film)

    def print_and_fail():
        with transaction.atomic():
            fsmlock.apply_transition(sheet, "start_printing")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        print_and_fail()
    assert locks(sheet) == []


def test_outside_the_database_the_commit_makes_a_hold_permanent(film, valkey, settings, monkeypatch):
    settings.FSMLOCK = {"BACKEND": f"{RedisBackend.__module__}.RedisBackend"}
    sheet = Print.objects.create(film=film)
    fsmlock.apply_transition(sheet, "start_printing")  # the test's own transaction never commits
    (hold,) = fsmlock.holds_on(sheet)
    assert (hold.expires_at - hold.since).total_seconds() <= 61


def test_the_hold_of_a_state_ends_with_its_row(sheet, django_capture_on_commit_callbacks):
    go(sheet, "start_printing", commit=django_capture_on_commit_callbacks)
    film, name = sheet.film, sheet.pk
    stale = Print.objects.get(pk=name)
    with django_capture_on_commit_callbacks(execute=True):
        stale.delete()
    assert fsmlock.all_holds() == ()
    with fsmlock.hold(film, "render"):
        pass
    with fsmlock.hold(Print.objects.create(pk=name, film=film), "press"):
        pass


def test_the_hold_of_a_state_ends_when_a_cascade_deletes_its_row(sheet, django_capture_on_commit_callbacks):
    go(sheet, "start_printing", commit=django_capture_on_commit_callbacks)
    with django_capture_on_commit_callbacks(execute=True):
        sheet.film.room.delete()
    assert fsmlock.all_holds() == ()


def test_what_a_deletion_behind_our_back_left_over_blocks_nobody(sheet, django_capture_on_commit_callbacks):
    go(sheet, "start_printing", commit=django_capture_on_commit_callbacks)
    film, name = sheet.film, sheet.pk
    Print.objects.filter(pk=name)._raw_delete("default")
    assert fsmlock.explain(film, to="render")[0].code == "no_frames"
    with fsmlock.hold(film, "render"):
        pass
    again = Print.objects.create(pk=name, film=film)
    with fsmlock.hold(again, "press"):
        pass
    go(again, "start_printing", commit=django_capture_on_commit_callbacks)
    assert locks(again) == [("press", "its state printing")]


def test_a_kept_claim_counts_only_while_the_row_is_in_that_state(sheet, django_capture_on_commit_callbacks):
    go(sheet, "start_printing", commit=django_capture_on_commit_callbacks)
    with pytest.raises(fsmlock.HoldRefused):
        fsmlock.hold(sheet.film, "render").acquire()
    Print.objects.update(state="ready")
    assert said("doctor").startswith("orphan: its state printing holds press")
    with fsmlock.hold(sheet.film, "render"):
        pass


@pytest.mark.parametrize("number", [1, 4])
def test_a_page_is_explained_without_what_states_left_over_by_as_many_queries_however_many(
    db, backend, number, django_capture_on_commit_callbacks, django_assert_num_queries
):
    rooms = [Room.objects.create(name=f"Room {n}") for n in range(number)]
    for room in rooms:
        scan = Scan.objects.create(film=Film.objects.create(name="Film", room=room))
        go(scan, "start", commit=django_capture_on_commit_callbacks)
    for reasons in (*fsmlock.explain_many(rooms, to="clean").values(), fsmlock.explain(rooms[0], to="clean")):
        assert [reason.code for reason in reasons] == ["held"]
    Scan.objects.update(state="ready")
    stored_elsewhere = isinstance(backends.get(), RedisBackend)
    with django_assert_num_queries(1 if stored_elsewhere else 3):
        answers = fsmlock.explain_many(rooms, to="clean")
    assert answers == {room: fsmlock.explain(room, to="clean") for room in rooms} == dict.fromkeys(rooms, ())


def test_a_kept_claim_counts_only_for_the_parent_that_its_row_has(sheet, django_capture_on_commit_callbacks):
    go(sheet, "start_printing", commit=django_capture_on_commit_callbacks)
    before = sheet.film
    Print.objects.update(film=Film.objects.create(name="other"))
    with fsmlock.hold(before, "render"):
        pass
    go(Print.objects.get(), "dry", "take", commit=django_capture_on_commit_callbacks)
    assert fsmlock.all_holds() == ()
    assert backends.get().find([resource(before)], using="default") == ()


def test_a_hold_kept_by_a_state_of_a_proxy_ends_with_the_state(
    db, backend, django_capture_on_commit_callbacks
):
    gilded = GildedTicket.objects.create(code="one")
    go(gilded, "initialise", "gild", commit=django_capture_on_commit_callbacks)
    ticket = Ticket.objects.get()
    assert locks(ticket) == [("pack", "its state gilded")]
    go(ticket, "spoil", commit=django_capture_on_commit_callbacks)
    assert fsmlock.all_holds() == ()


def test_the_id_of_a_state_hold_is_the_same_in_every_process():
    assert state_locks.state_claim_id("shop.print:1", "press") == state_locks.state_claim_id(
        "shop.print:1", "press"
    )
    assert state_locks.state_claim_id("shop.print:1", "press") != state_locks.state_claim_id(
        "shop.print:1", "look"
    )


@pytest.mark.parametrize("policy", [None, fsmlock.Fail()])
def test_who_waits_for_one_s_own_hold_does_not_keep_one_from_a_transition(
    sheet, policy, django_capture_on_commit_callbacks
):
    with fsmlock.hold(sheet, "press"):
        requests = lock_requests([sheet], ["press"])
        waiter = Claim(id=uuid.uuid4().hex, requests=requests, lease_us=60_000_000, holder="somebody")
        answer = backends.get().acquire(waiter, using="default", queue=True)
        assert answer.ticket
        with django_capture_on_commit_callbacks(execute=True):
            fsmlock.apply_transition(sheet, "start_printing", policy=policy)
    assert [hold.holder for hold in fsmlock.holds_on(sheet)] == ["its state printing"]
    backends.get().release(waiter, using="default")
