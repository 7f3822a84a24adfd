from __future__ import annotations

import pytest


@pytest.mark.django_db
def test_the_queue_page_is_a_part_of_the_admin(admin_client):
    index = admin_client.get("/admin/").content.decode()
    assert "/admin/queue_insight/queue/" in index
    page = admin_client.get("/admin/queue_insight/queue/")
    assert page.status_code == 200
    assert "qi-headline" in page.content.decode()
    assert "script-src" not in page["Content-Security-Policy"], "scripts are limited by default-src 'self'"
