from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.test import Client, RequestFactory
from limits.strategies import MovingWindowRateLimiter

from timelapse.accounts import throttle
from timelapse.accounts.throttle import ADDRESS, NAME, NAME_AT_ADDRESS, refusal

pytestmark = pytest.mark.django_db(transaction=True)

SIGN_IN = """mutation ($input: SignInInput!) {
  signIn(input: $input) { me { username } errors { code message remedy } }
}"""


@pytest.fixture(autouse=True)
def no_attempts_yet():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def hashed(monkeypatch):
    """The passwords that were hashed."""
    seen = []
    monkeypatch.setattr(
        "django.contrib.auth.backends.ModelBackend.authenticate",
        lambda _backend, _request, username=None, password=None, **_: seen.append(password),
    )
    return seen


def attempt(name="editor", password="wrong", address="203.0.113.7"):
    request = RequestFactory().post("/graphql", REMOTE_ADDR=address)
    user = authenticate(request, username=name, password=password)
    found = refusal(request)
    return user, found and found.wait_s


def test_the_sixth_wrong_password_for_a_name_is_refused_with_the_time_to_wait(user):
    waits = [attempt()[1] for _ in range(NAME_AT_ADDRESS.amount + 1)]
    assert waits[:-1] == [None] * NAME_AT_ADDRESS.amount
    assert 290 <= waits[-1] <= 301


def test_a_refused_attempt_hashes_no_password(hashed):
    for _ in range(20):
        attempt()
    assert len(hashed) == NAME_AT_ADDRESS.amount


def test_the_right_password_is_refused_too_while_the_limit_lasts(user):
    for _ in range(NAME_AT_ADDRESS.amount):
        attempt()
    assert attempt(password="a long password")[0] is None


def test_somebody_elsewhere_does_not_shut_out_the_person(user):
    for _ in range(20):
        attempt(address="198.51.100.1")
    assert attempt(password="a long password", address="203.0.113.7")[0] == user


def test_many_names_from_one_address_are_refused(hashed):
    for number in range(100):
        attempt(name=f"user{number}")
    assert len(hashed) == ADDRESS.amount


def test_one_name_from_many_addresses_is_refused(hashed):
    for number in range(200):
        attempt(address=f"198.51.{number}.1")
    assert len(hashed) == NAME.amount


def test_addresses_of_one_ipv6_network_count_as_one(hashed):
    for number in range(20):
        attempt(address=f"2001:db8::{number:x}")
    assert len(hashed) == NAME_AT_ADDRESS.amount


def test_capitals_and_spaces_are_no_way_around(hashed):
    for number in range(20):
        attempt(name=" " * number + ("Editor" if number % 2 else "editor"))
    assert len(hashed) == NAME_AT_ADDRESS.amount


def test_signing_in_clears_the_failures_before_it(user, anonymous):
    for _ in range(3):
        for _ in range(NAME_AT_ADDRESS.amount - 1):
            anonymous.ask(SIGN_IN, input={"username": "editor", "password": "wrong"})
        right = anonymous.ask(SIGN_IN, input={"username": "editor", "password": "a long password"})
        assert right["data"]["signIn"]["errors"] == []


def test_the_page_says_to_wait_and_not_that_the_password_is_wrong(user, anonymous):
    for _ in range(NAME_AT_ADDRESS.amount):
        anonymous.ask(SIGN_IN, input={"username": "editor", "password": "wrong"})
    answer = anonymous.ask(SIGN_IN, input={"username": "editor", "password": "wrong"})
    assert answer["data"]["signIn"] == {
        "me": None,
        "errors": [
            {
                "code": "too_many_attempts",
                "message": "Too many attempts.",
                "remedy": "Try again in 5 minutes.",
            }
        ],
    }


def test_the_admins_form_is_throttled_and_says_so(user):
    client = Client()
    form = {"username": "editor", "password": "wrong"}
    for _ in range(NAME_AT_ADDRESS.amount):
        assert b"correct username" in client.post("/admin/login/", form).content
    assert b"Too many attempts. Try again in 5 minutes." in client.post("/admin/login/", form).content


def test_attempts_that_arrive_together_do_not_pass_together(hashed):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: attempt(), range(50)))
    assert len(hashed) == NAME_AT_ADDRESS.amount


def test_the_counts_are_shared_by_all_web_processes(hashed):
    for _ in range(NAME_AT_ADDRESS.amount):
        attempt()
    throttle._limiter.cache_clear()  # as in another process
    attempt()
    assert isinstance(throttle._limiter(), MovingWindowRateLimiter)
    assert len(hashed) == NAME_AT_ADDRESS.amount


@pytest.mark.parametrize("name", ["x" * 10_000, "", "ö\N{SNOWMAN}"])
def test_any_name_that_nobody_has_is_wrong(anonymous, name):
    answer = anonymous.ask(SIGN_IN, input={"username": name, "password": "wrong"})
    assert answer["data"]["signIn"]["errors"][0]["code"] == "wrong_credentials"


@pytest.mark.parametrize("name", ["\0", "\ud800"])
def test_a_name_that_no_database_takes_is_refused(anonymous, name):
    answer = anonymous.ask(SIGN_IN, input={"username": name, "password": "wrong"})
    assert answer["errors"][0]["extensions"]["code"] == "bad_text"
