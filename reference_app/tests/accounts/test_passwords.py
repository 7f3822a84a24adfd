from __future__ import annotations

import threading

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import RequestFactory

from timelapse.accounts.passwords import LONGEST_PASSWORD, check_password
from timelapse.project import settings

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_attempts_yet():
    cache.clear()


def request():
    return RequestFactory().post("/graphql")


async def test_a_password_is_hashed_on_a_thread_of_its_own(user, monkeypatch):
    names = []
    check = User.check_password
    monkeypatch.setattr(
        User,
        "check_password",
        lambda self, raw: names.append(threading.current_thread().name) or check(self, raw),
    )
    assert await check_password(request(), "editor", "a long password") == user
    assert [name.startswith("passwords") for name in names] == [True]


async def test_a_password_longer_than_any_is_not_hashed(user, monkeypatch):
    monkeypatch.setattr(User, "check_password", lambda *_: pytest.fail("hashed"))
    assert await check_password(request(), "editor", "x" * (LONGEST_PASSWORD + 1)) is None


def test_new_passwords_are_hashed_by_argon2_and_old_ones_still_work():
    assert [name.rpartition(".")[2] for name in settings.PASSWORD_HASHERS] == [
        "Argon2PasswordHasher",
        "PBKDF2PasswordHasher",
    ]
