from __future__ import annotations

import asyncio
import time

import pytest
from django.contrib.auth.models import User
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from eliot_progress.django.followed_bars import opened
from eliot_progress.django.store import DjangoStore
from eliot_progress.stores.memory import MemoryStore
from eliot_progress.testing.samples import sample

STORE = MemoryStore()


class DeadStore:
    def latest_many(self, abouts):
        raise ConnectionError("no store")


@pytest.fixture(autouse=True)
def store(settings):
    settings.ELIOT_PROGRESS = {"STORE": f"{__name__}.STORE"}


def drawn(tag, context=None):
    return Template("{% load eliot_progress %}" + tag).render(context or Context())


def record(about, *, level, **fields):
    STORE.record(sample(1, level=level, about=about, total=4, next_by=time.time() + 900, **fields))


def test_without_javascript_it_is_a_plain_sentence():
    record("app.Movie:1", level=(1,), done=3, unit="frame", eta_s=(5, 9))
    page = drawn('{% progress "app.Movie:1" %}')
    assert 'value="75.0"' in page
    for words in ("Render", "3 / 4 frame, 5 to 9 s left", "alive", "<noscript>"):
        assert words in page


@pytest.mark.django_db(transaction=True)  # a thread sees only what is committed
def test_the_page_of_an_async_view_has_the_bar_of_its_visitor(settings):
    settings.ELIOT_PROGRESS = {}
    DjangoStore().record(sample(1, about="app.Movie:1", total=4, done=3, unit="frame"))
    visitor = User.objects.create_user("editor")

    async def view():
        request = RequestFactory().get("/")
        request.user = SimpleLazyObject(lambda: User.objects.get(pk=visitor.pk))
        return drawn('{% progress "app.Movie:1" %}', RequestContext(request))

    assert "3 / 4 frame" in asyncio.run(view())


def test_no_script_or_style_stands_in_the_page_itself():
    page = drawn('{% progress "app.Movie:1" %}')
    assert "style=" not in page
    assert "<script>" not in page
    assert ' nonce="' not in page


def test_a_nonce_of_the_page_is_passed_on():
    assert drawn('{% progress "app.Movie:1" %}', Context({"csp_nonce": "abc"})).count('nonce="abc"') == 2


def test_what_came_out_is_linked_when_it_is_there():
    record("app.Movie:2", level=(2,), done=1)
    record("app.Movie:3", level=(3,), outcome="succeeded")
    tag = '{{% progress "app.Movie:{}" result="/m.mp4" result_text="Watch" %}}'
    assert 'href="/m.mp4" data-part="result" hidden>Watch' in drawn(tag.format(2))
    assert 'href="/m.mp4" data-part="result">Watch' in drawn(tag.format(3))


def test_labels_are_text_whatever_they_hold():
    record("app.Movie:4", level=(4,), description="<script>alert(1)</script>")
    assert "<script>alert" not in drawn('{% progress "app.Movie:4" %}')


def test_several_objects_are_the_parts_of_a_whole():
    record("app.Movie:5", level=(5,), outcome="succeeded")
    assert "1 of 2 parts done" in drawn('{% progress "app.Movie:5" "app.Movie:none" title="Publish" %}')


def test_the_key_is_the_viewers_own(rf):
    request = rf.get("/")
    request.user = User(pk=7)
    page = drawn('{% progress "app.Movie:1" %}', RequestContext(request))
    key = page.partition('data-bar="')[2].partition('"')[0]
    assert opened(key, request.user).of == ("app.Movie:1",)


def test_a_store_that_is_down_does_not_break_the_page(settings, caplog):
    settings.ELIOT_PROGRESS = {"STORE": f"{__name__}.DeadStore"}
    assert "read at the moment" in drawn('{% progress "app.Movie:1" title="Movie" %}')
    assert "no store" in caplog.text


def test_a_tag_without_an_object_says_what_to_write():
    with pytest.raises(TemplateSyntaxError, match=r"movies\.Movie:7"):
        drawn("{% progress %}")
