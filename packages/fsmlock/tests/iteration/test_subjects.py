from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.signals import post_init
from django.utils import timezone

from fsmlock.iteration import runs_on_many, subjects
from fsmlock.locks import resource
from fsmlock.models import Run
from tests.shop.iterations import Locking, SendMails
from tests.shop.models import Film

pytestmark = pytest.mark.django_db


def test_the_runs_about_a_page_of_objects_are_read_with_one_query(film, django_assert_num_queries):
    others = [Film.objects.create(name=f"Film {number}") for number in range(9)]
    first, of_other = (Locking.enqueue(film=each.pk) for each in (film, others[0]))
    second = Locking.retry_failed(first)
    with django_assert_num_queries(1):
        found = runs_on_many([film, *others])
    assert found == {film: (second, first), others[0]: (of_other,)} | dict.fromkeys(others[1:], ())
    assert runs_on_many([]) == {}


def test_a_run_that_ended_is_listed_for_a_while(film):
    run = Locking.enqueue(film=film.pk)
    for ago, listed in ((timedelta(minutes=1), (run,)), (subjects.SHOWN_FOR + timedelta(seconds=9), ())):
        Run.objects.filter(pk=run.pk).update(state="failed", ended_at=timezone.now() - ago)
        assert runs_on_many([film])[film] == listed


def test_an_object_lists_so_many_runs_at_most(film, monkeypatch):
    monkeypatch.setattr(subjects, "MOST_RUNS", 2)
    runs = [Run.objects.create(iteration="shop.Locking", subject=resource(film)) for _ in range(3)]
    assert runs_on_many([film])[film] == (runs[2], runs[1])


@pytest.fixture
def runs_read():
    """The keys of the runs that were made from rows, in order."""
    read = []

    def note(instance, **_):
        if instance.pk is not None:
            read.append(instance.pk)

    post_init.connect(note, sender=Run)
    yield read
    post_init.disconnect(note, sender=Run)


def test_of_the_runs_of_an_object_no_more_are_read_than_are_listed(film, monkeypatch, runs_read):
    monkeypatch.setattr(subjects, "MOST_RUNS", 2)
    other = Film.objects.create(name="Film 2")
    for each in (film, other):
        for _ in range(5):
            Run.objects.create(iteration="shop.Locking", subject=resource(each))
    found = runs_on_many([film, other])
    assert [len(runs) for runs in found.values()] == [2, 2]
    assert len(runs_read) == 4


def test_a_target_that_is_gone_fails_the_run_and_not_who_enqueues_it():
    assert Locking.enqueue(film=4711).subject == ""


def test_a_run_of_nothing_has_no_subject():
    assert SendMails.enqueue().subject == ""
