"""What the server declares is read in the language of the page."""

from __future__ import annotations

import asyncio
import gettext
import re
from functools import cache
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.utils import translation
from strawberry import relay
from tests.factories import timelapse
from tests.sentences import found_in
from tests.sockets import Socket

import timelapse as timelapse_code
from fsmlock import Locks
from fsmlock.declarations import operations_of, states_of
from timelapse.frames.clocks import RetimeFrames
from timelapse.ingest.measuring import MeasureFrames
from timelapse.ingest.usb_import import ImportCaptures
from timelapse.notifications import domain
from timelapse.notifications.models import Delivery
from timelapse.operations.kinds import name_of
from timelapse.operations.task_labels import LABELS
from timelapse.rendering import form
from timelapse.rendering.domain import WORKERS_DIED
from timelapse.rendering.models import Movie
from timelapse.rendering.presets import PRESETS
from timelapse.rendering.retention import ThinFrames
from timelapse.why.domain.links import NOTHING_WAITS

GERMAN = Path(settings.LOCALE_PATHS[0]) / "de/LC_MESSAGES"
SHARE_PAGES = Path(apps.get_app_config("publishing").path) / "templates/publishing"
#: Written alike: times, sizes, rates, and names of units and formats.
ALIKE = re.compile(r"[0-9: x]+|\d+ fps|H\.264|AV1|KiB/s|s|%")
#: The places of values in a text.
VALUES = r"%\(\w+\)s|\{[\w:]+\}"
#: What agents, programs and those who write documents read, not people.
NOT_FOR_PEOPLE = (
    "frames/graphql/",
    "ingest/",
    "project/access.py",
    "project/body_limit.py",
    "project/document_limits.py",
    "project/errors.py",
    "project/stack/",
    "publishing/http.py",
    "frames/pages.py",
    "rendering/graphql/keogram.py",
    "rendering/keogram/",
    "shared/connections.py",
    "shared/graphql.py",
    "shared/texts.py",
)
#: What an encoder or a disk said is part of these: they stay as they were said.
NOT_OURS = ("rendering/pipeline/",)
#: What a movie does, says how far it is; what runs do, is named as their iterations are.
STEPS = ("measuring how the camera moved", "finishing the file", "publish")
OFFERED = """
query ($id: ID!) { node(id: $id) { ... on Stateful {
  stateLabel availableTransitions { name label confirm { title } input { label choices { label } } }
} } }
"""
STATE = "subscription { timelapseListUpdates { changed { stateLabel } } }"


@pytest.fixture(autouse=True)
def the_language_of_other_tests():
    """A request leaves its language in its thread; in a server the next request sets its own."""
    yield
    translation.deactivate()


def fields():
    for model in apps.get_models():
        for operation in operations_of(model).values():
            yield from operation.offer.input
    for group in (*form.GROUPS, form.SOUND):
        yield from group.fields


def declared():
    """All texts that are declared for people, but sentences that depend on what is."""
    for model in apps.get_models():
        yield from (state.replace("_", " ").capitalize() for state in states_of(model))
        for operation in operations_of(model).values():
            if not operation.internal:
                yield operation.label
            if (confirm := operation.offer.confirm) is not None:
                yield from (confirm.title, confirm.text)
    for field in fields():
        yield from (field.label, field.group, field.unit, field.help, *(label for _, label in field.choices))
    yield from (group.label for group in (*form.GROUPS, form.SOUND))
    yield from (preset.label for preset in PRESETS.values())
    yield from Delivery.States.labels
    yield from LABELS.values()
    yield from (text for page in SHARE_PAGES.glob("*.html") for text in texts_of(page.read_text("utf-8")))
    yield from (domain.NOTHING, domain.ALWAYS, domain.QUIET)
    yield from within_reasons()


def within_reasons():
    """What reasons name, and what is said beside them."""
    yield from ("You may not read this object.", "There is nothing with this id, or there is no longer.")
    yield from (NOTHING_WAITS, *STEPS)
    for model in apps.get_models():
        if isinstance(locks := getattr(model, "locks", None), Locks):
            yield from (*locks.by_name, str(model._meta.verbose_name))
    for iteration in (ImportCaptures, MeasureFrames, RetimeFrames, ThinFrames):
        yield name_of(f"timelapse.{iteration.__name__}")
    yield from ACTIONS


#: What buttons of reasons say that are no labels of transitions.
ACTIONS = ("Ask it to stop", "Resume", "Resume the queue")


@cache
def sentences():
    """All texts of reasons, as the code has them."""
    return found_in(Path(timelapse_code.__file__).parent, but=NOT_FOR_PEOPLE)


def texts_of(template):
    """The texts of a template, with values as catalogs have them."""
    yield from re.findall(r'{% translate "([^"]+)"', template)
    for text in re.findall(r"{% blocktranslate[^%]*%}(.+?){% endblocktranslate %}", template):
        yield re.sub(r"{{ (\w+) }}", r"%(\1)s", text)


def catalog():
    text = (GERMAN / "django.po").read_text("utf-8")
    return dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', text, re.MULTILINE))


def plurals():
    """The German forms for one and for many, by both English ones."""
    text = (GERMAN / "django.po").read_text("utf-8")
    form = r'^msgid "(.+)"\nmsgid_plural "(.+)"\nmsgstr\[0\] "(.+)"\nmsgstr\[1\] "(.+)"$'
    return {found[:2]: found[2:] for found in re.findall(form, text, re.MULTILINE)}


def test_all_that_is_declared_or_said_has_a_german_text_and_nothing_else_has():
    said = {each.template for each in sentences().texts if not each.plural}
    texts = {str(text) for text in declared()} | said - {""}
    asked = {text for text in texts if text and not ALIKE.fullmatch(text)}
    known = catalog()
    assert sorted(asked - known.keys()) == []
    assert sorted(known.keys() - texts) == []
    assert [text for text, other in known.items() if not other] == []
    for text, other in known.items():
        assert sorted(re.findall(VALUES, text)) == sorted(re.findall(VALUES, other))


def test_what_depends_on_a_number_has_its_german_plural():
    asked = {(each.template, each.plural) for each in sentences().texts if each.plural}
    known = plurals()
    assert asked == known.keys()
    for english, german in known.items():
        values = [sorted(re.findall(VALUES, form)) for form in (*english, *german)]
        assert values == [values[0]] * 4


def test_each_sentence_has_the_values_that_its_template_names():
    for each in sentences().texts:
        if each.values is not None:
            assert set(re.findall(r"%\((\w+)\)s", each.template + each.plural)) == each.values


def test_no_reason_is_composed_in_a_way_that_keeps_it_english():
    assert [where for where in sorted(sentences().composed) if not where.startswith(NOT_OURS)] == []


def test_the_compiled_texts_are_those_of_the_catalog():
    with (GERMAN / "django.mo").open("rb") as compiled:
        read = gettext.GNUTranslations(compiled)
    assert {text: read.gettext(text) for text in catalog()} == catalog()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "state", "stop", "question"),
    [
        ("de", "Bereit", "Beenden", "Dawn beenden?"),
        ("de-CH,de;q=0.9", "Bereit", "Beenden", "Dawn beenden?"),
        ("en", "Ready", "Stop", "Stop Dawn?"),
        ("tlh", "Ready", "Stop", "Stop Dawn?"),
    ],
)
def test_a_page_reads_labels_in_its_language(member, language, state, stop, question):
    row = timelapse(name="Dawn")
    member.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    shown = member.ask(OFFERED, id=relay.to_base64("Timelapse", row.pk))["data"]["node"]
    assert shown["stateLabel"] == state
    offered = {each["name"]: each for each in shown["availableTransitions"]}
    assert (offered["stop"]["label"], offered["stop"]["confirm"]["title"]) == (stop, question)


ELSEWHERE = "{ subscriber { choice } operations { periodicTasks { entry label } } }"


@pytest.mark.django_db
def test_what_people_chose_and_what_tasks_do_is_said_in_the_language_of_the_page(member):
    member.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    shown = member.ask(ELSEWHERE)["data"]
    assert "Ein Film ist fehlgeschlagen." in shown["subscriber"]["choice"]
    assert shown["subscriber"]["choice"][-1] == "Jederzeit. Die Uhrzeiten sind die von UTC."
    labels = {each["entry"]: each["label"] for each in shown["operations"]["periodicTasks"]}
    assert labels["recover-movies"] == "Unterbrochene Filme suchen"


async def state_in(language, user):
    client = Client()
    await sync_to_async(client.force_login)(user)
    socket = Socket(session=client.cookies["sessionid"].value)
    first = await socket.subscribe(STATE, language=language)
    await socket.close()
    (shown,) = first["payload"]["data"]["timelapseListUpdates"]["changed"]
    return shown["stateLabel"]


@pytest.mark.django_db(transaction=True)
async def test_sockets_side_by_side_have_a_language_each(user):
    await sync_to_async(timelapse)(name="Dawn")
    asked = ("de", "en", None, "de-AT", "x" * 1000, 7)
    read = await asyncio.gather(*(state_in(language, user) for language in asked))
    assert read == ["Bereit", "Ready", "Ready", "Bereit", "Ready", "Ready"]


FAILED = "query ($id: ID!) { node(id: $id) { ... on Movie { name failure { message remedy } } } }"


@pytest.mark.django_db
def test_a_stored_failure_is_english_in_the_database_and_said_in_the_language_of_the_page(member):
    stored = {"failure_message": str(WORKERS_DIED.message), "failure_remedy": WORKERS_DIED.remedy}
    movie = Movie.objects.create(timelapse=timelapse(), state="failed", fps=30, width=64, height=48, **stored)
    assert movie.failure_message == "5 workers died while they rendered it."
    member.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    shown = member.ask(FAILED, id=relay.to_base64("Movie", movie.pk))["data"]["node"]
    assert shown["name"] == f"Film {movie.pk}"
    assert shown["failure"]["message"] == "5 Worker sind beim Rendern ausgefallen."
    assert shown["failure"]["remedy"].startswith("Sehen Sie nach Protokoll")
