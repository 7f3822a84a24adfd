from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.signing import BadSignature

from eliot_progress.django.followed_bars import FollowedBar, opened, read
from eliot_progress.stores.memory import MemoryStore
from eliot_progress.testing.samples import sample, task_state

STORE = MemoryStore()
STORE.record(sample(1, done=1, total=4, next_by=1e9))
EDITOR, OTHER = User(pk=1, username="editor"), User(pk=2, username="other")


def only_the_editor(user, state):
    return user is not None and user.pk == EDITOR.pk


@pytest.fixture(autouse=True)
def store(settings):
    settings.ELIOT_PROGRESS = {"STORE": f"{__name__}.STORE"}


@pytest.mark.parametrize("viewer", [None, AnonymousUser(), EDITOR])
def test_a_key_opens_the_bar_for_the_viewer_whose_page_has_it(viewer):
    bar = FollowedBar(of=("app.Movie:7", "app.Movie:8"), title="Both")
    assert opened(bar.key(viewer), viewer) == bar


@pytest.mark.parametrize(
    "forge", [lambda key: key[:-1] + "A" * (key[-1] != "A"), lambda key: "", lambda key: "x:y:z"]
)
def test_a_key_that_no_page_of_ours_has_opens_nothing(forge):
    with pytest.raises(BadSignature):
        opened(forge(FollowedBar(of=("app.Movie:7",)).key(EDITOR)), EDITOR)


@pytest.mark.parametrize("viewer", [None, OTHER])
def test_somebody_elses_key_opens_nothing(viewer):
    with pytest.raises(BadSignature):
        opened(FollowedBar(of=("app.Movie:7",)).key(EDITOR), viewer)


@pytest.mark.parametrize("of", ["app.Movie:7", task_state().id])
def test_work_is_found_by_its_object_and_by_its_id(of):
    [bar] = read([FollowedBar(of=(of,))], None)
    assert bar.percent == 25


def test_what_the_projects_rule_refuses_is_as_if_it_did_not_exist(settings):
    settings.ELIOT_PROGRESS = {"STORE": f"{__name__}.STORE", "CAN_VIEW": f"{__name__}.only_the_editor"}
    bars = [read([FollowedBar(of=("app.Movie:7",))], viewer)[0] for viewer in (EDITOR, OTHER, None)]
    assert [bar.state for bar in bars] == ["stalled", "none", "none"]
    unknown, refused = read([FollowedBar(of=("app.Movie:99",)), FollowedBar(of=("app.Movie:7",))], OTHER)
    assert unknown == refused
