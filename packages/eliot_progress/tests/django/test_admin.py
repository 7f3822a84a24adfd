from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from tests.django.stories import CAUSAL, STORY

from eliot_progress.django import logstore

pytestmark = pytest.mark.django_db
OVERVIEW = "admin:eliot_progress_taskrecord_changelist"
PAGES = [
    (OVERVIEW, ()),
    ("admin:eliot_progress_logmessage_changelist", ()),
    ("admin:eliot_progress_export", ()),
    ("admin:eliot_progress_tree", (CAUSAL,)),
    ("admin:eliot_progress_rows", (CAUSAL,)),
    ("admin:eliot_progress_tree_export", (CAUSAL,)),
]


@pytest.fixture
def story():
    logstore.write(STORY)


@pytest.mark.parametrize(("name", "arguments"), PAGES)
def test_a_superuser_sees_every_page(story, admin_client, name, arguments):
    assert admin_client.get(reverse(name, args=arguments)).status_code == 200


@pytest.mark.parametrize(("name", "arguments"), PAGES)
def test_staff_without_the_permission_sees_none(story, client, django_user_model, name, arguments):
    client.force_login(django_user_model.objects.create_user("staff", is_staff=True))
    assert client.get(reverse(name, args=arguments)).status_code == 403


@pytest.mark.parametrize(("name", "arguments"), PAGES)
def test_a_stranger_is_asked_who_he_is(client, name, arguments):
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_the_permission_to_view_is_enough(story, client, django_user_model):
    user = django_user_model.objects.create_user("staff", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_taskrecord"))
    client.force_login(user)
    assert client.get(reverse(OVERVIEW)).status_code == 200
    assert client.get(reverse(PAGES[1][0])).status_code == 403


def test_nothing_can_be_written(story, admin_client):
    assert admin_client.post(reverse(OVERVIEW)).status_code == 405
    assert b"What is going on" not in admin_client.get(reverse("admin:index")).content
    assert b"/add/" not in admin_client.get(reverse("admin:app_list", args=["eliot_progress"])).content
