from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_every_address_of_the_page_gives_the_page_with_a_csrf_cookie(settings, tmp_path):
    (tmp_path / "index.html").write_text("<title>Timelapse</title>")
    settings.UI_DIST = tmp_path
    for address in ("/", "/timelapses/42", "/pair?code=ABCD"):
        answer = Client().get(address)
        assert answer.status_code == 200
        assert b"<title>" in answer.content
        assert "csrftoken" in answer.cookies
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_page_that_is_not_built_says_how_to_build_it(settings, tmp_path):
    settings.UI_DIST = tmp_path
    answer = Client().get("/")
    assert answer.status_code == 503
    assert b"./dev up" in answer.content
