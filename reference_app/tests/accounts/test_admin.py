from __future__ import annotations

import pytest

from timelapse.accounts import first_run
from timelapse.accounts.first_run_models import Place

pytestmark = pytest.mark.django_db


def test_the_place_is_renamed_in_the_administration_and_there_is_one(admin_client):
    Place.objects.create(pk=1, name="Harbour site")
    admin_client.post("/admin/accounts/place/1/change/", {"name": "Old harbour"})
    assert first_run.place_name() == "Old harbour"
    assert admin_client.get("/admin/accounts/place/add/").status_code == 403
    assert admin_client.post("/admin/accounts/place/1/delete/").status_code == 403
