from __future__ import annotations

import pytest
from tests import work

from queue_insight.celery_app import import_app
from queue_insight.errors import SettingInvalidError


def test_an_app_is_imported_by_its_path():
    assert import_app("tests.work.app") is work.app


@pytest.mark.parametrize(
    ("path", "why"), [("nowhere.app", "cannot be imported"), ("tests.work", "type module"), ("", "imported")]
)
def test_anything_else_is_refused_with_who_named_it_and_what_it_must_be(path, why):
    with pytest.raises(SettingInvalidError, match=rf"^--app is .*{why}.*project\.celery\.app"):
        import_app(path, source="--app")
