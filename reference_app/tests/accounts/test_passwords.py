from __future__ import annotations

import threading

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import RequestFactory

from timelapse.accounts.hashing import OneCoreArgon2PasswordHasher
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
        "OneCoreArgon2PasswordHasher",
        "PBKDF2PasswordHasher",
    ]


def test_a_password_is_hashed_on_one_core_and_old_hashes_are_made_anew():
    hasher = OneCoreArgon2PasswordHasher()
    before = Argon2PasswordHasher().encode("a long password", "salt salt salt salt sa")
    assert hasher.verify("a long password", before)
    assert hasher.must_update(before)
    now = hasher.encode("a long password", hasher.salt())
    assert ",p=1$" in now
    assert not hasher.must_update(now)
