"""What the server declares is read in the language of the page."""

from __future__ import annotations

import asyncio
import gettext
import re
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.utils import translation
from strawberry import relay
from tests.factories import timelapse
from tests.sockets import Socket

from fsmlock import Reason
from fsmlock.declarations import operations_of, states_of
from timelapse.notifications import domain
from timelapse.notifications.models import Delivery
from timelapse.operations.task_labels import LABELS
from timelapse.publishing import domain as publishing
from timelapse.rendering import form
from timelapse.rendering.presets import PRESETS

GERMAN = Path(settings.LOCALE_PATHS[0]) / "de/LC_MESSAGES"
SHARE_PAGES = Path(apps.get_app_config("publishing").path) / "templates/publishing"
#: Written alike: times, sizes, rates, and names of units and formats.
ALIKE = re.compile(r"[0-9: x]+|\d+ fps|H\.264|AV1|KiB/s|s|%")
#: The places of values in a text.
VALUES = r"%\(\w+\)s|\{[\w:]+\}"
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
    for reason in vars(publishing).values():
        if isinstance(reason, Reason) and reason is not publishing.TOO_MANY_LINKS:  # which no share page says
            yield from (reason.message, reason.remedy)
    yield from (domain.NOTHING, domain.ALWAYS, domain.QUIET)


def texts_of(template):
    """The texts of a template, with values as catalogs have them."""
    yield from re.findall(r'{% translate "([^"]+)"', template)
    for text in re.findall(r"{% blocktranslate[^%]*%}(.+?){% endblocktranslate %}", template):
        yield re.sub(r"{{ (\w+) }}", r"%(\1)s", text)


def catalog():
    text = (GERMAN / "django.po").read_text("utf-8")
    return dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', text, re.MULTILINE))


def test_all_that_is_declared_has_a_german_text_and_nothing_else_has():
    texts = {str(text) for text in declared()} - {""}
    asked = {text for text in texts if not ALIKE.fullmatch(text)}
    known = catalog()
    assert sorted(asked - known.keys()) == []
    assert sorted(known.keys() - texts) == []
    assert [text for text, other in known.items() if not other] == []
    for text, other in known.items():
        assert re.findall(VALUES, text) == re.findall(VALUES, other)


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
