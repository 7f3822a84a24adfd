from __future__ import annotations

import pytest
from django.test import AsyncClient, Client

from timelapse.project.middleware import POLICY

pytestmark = pytest.mark.django_db(transaction=True)


async def test_the_admin_has_a_content_security_policy():
    answer = await AsyncClient().get("/admin/login/")
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_the_admin_has_one_under_wsgi_too():
    assert Client().get("/admin/login/").headers["Content-Security-Policy"] == POLICY


def test_a_page_keeps_its_own_which_names_the_script_in_its_head_by_hash(settings, tmp_path):
    settings.UI_DIST = tmp_path
    (tmp_path / "index.html").write_text("<script>go()</script><script src='/assets/index.js'></script>")
    policy = Client().get("/").headers["Content-Security-Policy"]
    # printf 'go()' | openssl dgst -sha256 -binary | base64
    assert "script-src 'self' 'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw=';" in policy


def test_a_page_without_a_script_in_its_head_lets_only_files_run(settings, tmp_path):
    settings.UI_DIST = tmp_path
    (tmp_path / "index.html").touch()
    assert "script-src 'self';" in Client().get("/").headers["Content-Security-Policy"]
