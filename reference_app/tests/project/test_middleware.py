from __future__ import annotations

import pytest
from django.test import AsyncClient, Client

from timelapse.project import page
from timelapse.project.middleware import POLICY

pytestmark = pytest.mark.django_db(transaction=True)


async def test_the_admin_has_a_content_security_policy():
    answer = await AsyncClient().get("/admin/login/")
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_the_admin_has_one_under_wsgi_too():
    assert Client().get("/admin/login/").headers["Content-Security-Policy"] == POLICY


def test_a_page_keeps_its_own(settings, tmp_path):
    (tmp_path / "index.html").touch()
    settings.UI_DIST = tmp_path
    assert Client().get("/").headers["Content-Security-Policy"] == page.POLICY
