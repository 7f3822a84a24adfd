from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from strawberry import relay
from tests import factories

from timelapse.ingest.usb_import import ImportCaptures

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "{ cameras { edges { node { runs { id state displayName availableTransitions { name } } } } } }"


def import_for(camera):
    return ImportCaptures.enqueue(folder="/media/drive", camera=str(camera.pk))


def runs(asker):
    return [edge["node"]["runs"] for edge in asker.ask(PAGE)["data"]["cameras"]["edges"]]


def test_an_object_lists_the_runs_about_it_to_who_may_view_them(member, user):
    run = import_for(factories.camera())
    factories.camera("Yard")
    assert runs(member) == [[], []]
    user.user_permissions.add(Permission.objects.get(codename="view_run"))
    found = sorted(runs(member), key=len)
    assert [[each["id"] for each in of_one] for of_one in found] == [[], [relay.to_base64("Run", run.pk)]]
    assert (found[1][0]["state"], found[1][0]["displayName"]) == ("enqueued", "Import captures")
    assert {"name": "cancel_at_once"} in found[1][0]["availableTransitions"]


def test_the_runs_about_a_page_of_objects_cost_the_same_queries_however_many(
    member, user, django_assert_num_queries
):
    user.user_permissions.add(Permission.objects.get(codename="view_run"))
    import_for(factories.camera())
    runs(member)
    with CaptureQueriesContext(connection) as of_one:
        runs(member)
    for number in range(8):
        import_for(factories.camera(f"Camera {number}"))
    with django_assert_num_queries(len(of_one)):
        assert [len(each) for each in runs(member)] == [1] * 9
