from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import pytest
from django.core.management import CommandError, call_command

import fsmlock
from fsmlock.models import Run
from tests.shop.iterations import SendMails
from tests.shop.models import Film


def said(*arguments, **options):
    out = io.StringIO()
    call_command("fsmlock", *arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def held(film, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render", holder="import 12", why="Movie 7").acquire)
    yield held
    held.release()


def test_list_shows_who_holds_what(film, held):
    assert "render on shop.film" in said("list")
    assert "import 12 (Movie 7) since" in said("list", f"shop.Film:{film.pk}")
    held.release()
    assert said("list") == "Nobody holds anything.\n"


def test_explain_says_why_not_and_the_way(film, held):
    name = f"shop.Film:{film.pk}"
    assert "import 12" in said("explain", name, "ingest")
    assert said("explain", name).startswith("render: There are no frames.")
    assert "  ready -> deleting: Start deleting" in said("explain", name, "deleted")
    held.release()
    assert said("explain", name, "ingest") == "Nothing stands in the way.\n"


def test_cancel_asks_and_break_takes_away(film, held):
    name = f"shop.Film:{film.pk}"
    assert said("cancel", name, "render", "--by", "ops") == "import 12 was asked to stop.\n"
    assert "asked to stop by ops" in said("list")
    assert "unheeded" in said("doctor")
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
def test_what_does_not_exist_is_named(film, arguments, words):
    arguments = [a.replace("FILM", f"shop.Film:{film.pk}") for a in arguments]
    with pytest.raises(CommandError, match=words):
        said(*arguments)


def test_the_doctor_finds_and_mends_holds_of_what_is_gone(film, held):
    assert said("doctor") == "All is well.\n"
    Film.objects.filter(pk=film.pk).delete()
    assert "orphan" in said("doctor")
    assert "mended" in said("doctor", "--mend")
    assert said("doctor") == "All is well.\n"


def test_the_doctor_finds_runs_that_nobody_works_on(db):
    run = SendMails.enqueue(count=2)
    run.start()
    run.save()
    assert "abandoned" in said("doctor", "--mend")
    assert Run.objects.get(pk=run.pk).state == "succeeded"


def test_runs_are_worked_on(db):
    run = SendMails.enqueue(count=2)
    assert said("work").endswith(f"SendMails {run.pk}: succeeded\n")
    assert said("work", str(run.pk)).endswith("succeeded\n")


def test_graph_draws_the_states():
    text = said("graph", "shop.Film")
    assert text.startswith("stateDiagram-v2\n    [*] --> initialising\n")
    assert "    ready --> ready : Render (needs render)\n" in text
    root = ET.fromstring(said("graph", "shop.Film", "--format", "svg"))
    labels = [e.text for e in root.iter() if e.tag.endswith("text")]
    assert "published" in labels
    assert "Publish" in labels
