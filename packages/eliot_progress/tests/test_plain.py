from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.utils.functional import SimpleLazyObject

from eliot_progress.encoding import encode
from eliot_progress.redact import redactor

pytestmark = pytest.mark.django_db


class AsksOnStr(User):
    """A model whose text needs a query."""

    class Meta:
        proxy = True
        app_label = "auth"

    def __str__(self):
        return f"beside {User.objects.get()}"


VALUES = {
    "queryset": User.objects.all,
    "values": lambda: User.objects.values_list("pk"),
    "in a dict": lambda: {"users": User.objects.all()},
    "page": lambda: Paginator(User.objects.order_by("pk"), 5).page(1),
    "model": lambda: AsksOnStr(username="me"),
    "lazy": lambda: SimpleLazyObject(User.objects.get),
    "exception": lambda: LookupError(User.objects.all()),
}


@pytest.mark.parametrize("value", VALUES)
def test_logging_a_value_asks_no_database(value):
    User.objects.create(username="planted")
    line = encode(redactor()({"field": VALUES[value](), "n": 1}))
    assert line.startswith(b'{"field":')
    assert b"planted" not in line  # only the database knows it
    assert User.objects.get().username == "planted"  # and may be asked again


def test_a_queryset_is_named_by_its_model():
    assert redactor()({"field": User.objects.all()}) == {"field": "<QuerySet of auth.User>"}
