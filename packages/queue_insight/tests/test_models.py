from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_the_page_has_a_permission_of_its_own():
    found = Permission.objects.filter(content_type__app_label="queue_insight", codename="view_queue")
    assert found.count() == 1


def test_the_migrations_are_complete():
    call_command("makemigrations", "queue_insight", check=True, dry_run=True, verbosity=0)
