from __future__ import annotations

import io
import re
from xml.etree import ElementTree as ET

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError

import fsmlock
from fsmlock.models import Run
from tests.shop.iterations import SendMails
from tests.shop.models import Film, Print


def said(*arguments, **options):
    out = io.StringIO()
    call_command("fsmlock", *arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def held(film, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render", holder="import 12", why="Movie 7").acquire)
    yield held
    held.release()


def test_list_prints_the_holds(film, held):
    assert "render on shop.film" in said("list")
    assert "import 12 (Movie 7) since" in said("list", f"shop.Film:{film.pk}")
    held.release()
    assert said("list") == "There are no holds.\n"


def test_before_a_list_the_settings_are_checked_and_no_address_is_imported(db, settings):
    settings.ROOT_URLCONF = "not.there"
    assert said("list", skip_checks=False) == "There are no holds.\n"
    settings.FSMLOCK = {"BACKENDS": "fsmlock.backends.redis.RedisBackend"}
    with pytest.raises(SystemCheckError, match="BACKENDS"):
        said("list", skip_checks=False)


def test_explain_prints_the_reasons_and_the_plan(film, held):
    name = f"shop.Film:{film.pk}"
    assert "import 12" in said("explain", name, "ingest")
    assert said("explain", name).startswith("render: There are no frames.")
    assert "  ready -> deleting: Start deleting" in said("explain", name, "deleted")
    held.release()
    assert said("explain", name, "ingest") == "Nothing blocks it.\n"


def test_cancel_requests_a_stop_and_break_ends_the_hold(film, held):
    name = f"shop.Film:{film.pk}"
    assert said("cancel", name, "render", "--by", "ops") == "import 12 was requested to stop.\n"
    assert "requested to stop by ops" in said("list")
    assert "cancel_ignored" in said("doctor")
    assert said("break", name, "render", "--by", "ops", "--why", "stuck") == "import 12 lost its hold.\n"
    assert said("break", name, "render", "--by", "ops", "--why", "stuck") == "Nobody holds it.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "shop.Flim:1"), "no model"),
        (("list", "shop.Film:77"), "with the key"),
        (("explain", "FILM", "rendr"), "Did you mean 'render'"),
    ],
)
def test_the_error_names_what_does_not_exist(film, arguments, words):
    arguments = [a.replace("FILM", f"shop.Film:{film.pk}") for a in arguments]
    with pytest.raises(CommandError, match=words):
        said(*arguments)


def test_the_doctor_finds_and_fixes_holds_of_deleted_objects(film, held):
    assert said("doctor") == "Everything is consistent.\n"
    Film.objects.filter(pk=film.pk)._raw_delete("default")  # as SQL does
    assert "orphan" in said("doctor")
    assert "fixed" in said("doctor", "--fix")
    assert said("doctor") == "Everything is consistent.\n"


def test_the_doctor_finds_runs_that_nobody_executes(db):
    run = SendMails.enqueue(count=2)
    run.start()
    run.save()
    assert "abandoned" in said("doctor", "--fix")
    assert Run.objects.get(pk=run.pk).state == "succeeded"


def test_runs_are_executed(db):
    run = SendMails.enqueue(count=2)
    assert said("execute").endswith(f"SendMails {run.pk}: succeeded\n")
    assert said("execute", str(run.pk)).endswith("succeeded\n")


def test_right_after_a_kill_it_says_until_when_the_lease_of_the_dead_holder_lasts(db, elsewhere):
    run = SendMails.enqueue(count=2)
    held = elsewhere(fsmlock.hold(run, "execute", holder="worker 3").acquire)
    run.start()
    run.save()
    text = said("execute")
    assert re.search(
        r"worker 3 executes it. If that process is dead, its lease ends at \d\d:\d\d:\d\d:", text
    )
    held.release()
    assert said("execute").endswith(f"SendMails {run.pk}: succeeded\n")


def test_graph_draws_the_states():
    text = said("graph", "shop.Film")
    assert text.startswith("stateDiagram-v2\n    [*] --> initialising\n")
    assert "    ready --> ready : Render (needs render)\n" in text
    root = ET.fromstring(said("graph", "shop.Film", "--format", "svg"))
    labels = ["".join(e.itertext()).strip() for e in root.iter() if e.tag.endswith("text")]
    assert {"published", "Publish", "Render needs render"} <= set(labels)


def test_explain_checks_the_permissions_of_a_user(film, django_user_model):
    django_user_model.objects.create_user("guest")
    name = f"shop.Film:{film.pk}"
    assert "permission" not in said("explain", name, "render")
    assert "permission: You are not allowed to do this" in said("explain", name, "render", "--user", "guest")
    with pytest.raises(CommandError, match="no user 'ghost'"):
        said("explain", name, "render", "--user", "ghost")


@pytest.mark.django_db(databases=["default", "other"])
def test_the_database_option_selects_the_database(elsewhere):
    film = Film(name="Twin")
    film.save(using="other")
    held = elsewhere(fsmlock.hold(film, "render", holder="import 12").acquire)
    assert said("list") == "There are no holds.\n"
    assert "import 12" in said("--database", "other", "list", f"shop.Film:{film.pk}")
    assert "import 12" in said("--database", "other", "list")
    held.release()
    assert said("--database", "other", "doctor") == "Everything is consistent.\n"


def test_the_doctor_fixes_orphaned_and_missing_state_locks(film):
    sheet = Print.objects.create(film=film)
    fsmlock.apply_transition(sheet, "start_printing")
    assert said("doctor") == "Everything is consistent.\n"
    Print.objects.filter(pk=sheet.pk).update(state="ready")
    assert "which is ready now" in said("doctor", "--fix")
    assert fsmlock.holds_on(sheet) == ()
    Print.objects.filter(pk=sheet.pk).update(state="drying")
    assert "is drying, so it should hold the lock press, but doesn't" in said("doctor", "--fix")
    assert said("doctor") == "Everything is consistent.\n"
