from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import eliot
import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connections
from tests.accounts.people import ME, PASSWORD, browser, codes, sign_in

import fsmlock
from timelapse.accounts import first_run
from timelapse.accounts.first_run_models import Place, SetUpCode

pytestmark = pytest.mark.django_db(transaction=True)

ASK = "{ firstRun place }"
SET_UP = """
mutation ($input: SetUpInput!) { setUp(input: $input) { me { username isStaff managesPeople }
  errors { field code message remedy } } }
"""


@pytest.fixture(autouse=True)
def attempts():
    cache.clear()
    yield
    cache.clear()


def set_up(asker, code, username="ada", password=PASSWORD, place="Harbour site"):
    given = {"code": code, "username": username, "password": password, "place": place}
    return asker.ask(SET_UP, input=given)["data"]["setUp"]


def test_whoever_has_the_code_makes_the_first_account_and_names_the_place():
    asker, code = browser(), first_run.ensure_code()
    assert asker.ask(ASK)["data"] == {"firstRun": True, "place": ""}
    typed = code.lower().replace("-", " ")
    assert set_up(asker, typed) == {
        "me": {"username": "ada", "isStaff": True, "managesPeople": True},
        "errors": [],
    }
    assert asker.ask(ME)["data"]["me"] == {"username": "ada"}
    assert browser().ask(ASK)["data"] == {"firstRun": False, "place": "Harbour site"}
    ada = User.objects.get()
    assert (ada.is_superuser, ada.check_password(PASSWORD)) == (True, True)
    assert codes(sign_in(browser(), "ada")) == []


def test_the_code_works_once():
    code = first_run.ensure_code()
    set_up(browser(), code)
    assert codes(set_up(browser(), code, username="eve")) == ["set_up_already"]
    assert first_run.ensure_code() is None
    assert not SetUpCode.objects.exists()
    assert User.objects.get().username == "ada"


def test_nobody_without_the_code_becomes_anything_and_guessing_ends_soon():
    asker = browser()
    assert codes(set_up(asker, "")) == ["wrong_code"], "no code was printed yet, and nothing is no code"
    code = first_run.ensure_code()
    tries = ["", "x" * 5000, "\N{SNOWMAN}", code[:-1]]
    assert [codes(set_up(asker, each)) for each in tries] == [["wrong_code"]] * 4
    refused = set_up(asker, code)["errors"][0]
    assert (refused["code"], refused["field"]) == ("too_many_attempts", "code")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"password": "password"}, "password"),
        ({"place": "x" * 61}, "place"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_the_code_stays_good(given, field):
    code = first_run.ensure_code()
    found = [set_up(browser(), code, **given)["errors"] for _ in range(7)]
    assert [[error["field"] for error in errors] for errors in found] == [[field]] * 7
    assert set_up(browser(), code, place="")["errors"] == []
    assert not Place.objects.exists()


def test_of_two_who_have_the_code_one_has_the_account():
    code, start = first_run.ensure_code(), threading.Barrier(2)

    def make(username):
        start.wait(10)
        try:
            return first_run.set_up(code, username=username, encoded_password="!", place="").username
        except fsmlock.Refused as refused:
            return refused.reasons[0].code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(make, ("ada", "eve")))
    assert "set_up_already" in found
    assert User.objects.count() == 1


def test_an_account_that_was_made_elsewhere_ends_the_first_run():
    code = first_run.ensure_code()
    User.objects.create_superuser("root")
    assert browser().ask(ASK)["data"]["firstRun"] is False
    assert codes(set_up(browser(), code)) == ["set_up_already"]
    with pytest.raises(fsmlock.Refused, match="already"):
        first_run.set_up(code, username="eve", encoded_password="!", place="")


def test_all_processes_print_the_same_code_and_it_is_no_longer_than_people_type():
    with ThreadPoolExecutor(4) as threads:

        def ensure(_):
            try:
                return first_run.ensure_code()
            finally:
                connections.close_all()

        (code,) = set(threads.map(ensure, range(8)))
    assert len(code) == 14
    assert first_run.as_printed(code.lower()) == code
    printed = StringIO()
    call_command("set_up_code", stdout=printed)
    assert printed.getvalue().strip() == code


def test_there_is_no_code_for_an_app_that_has_an_account(user):
    with pytest.raises(CommandError, match="changepassword"):
        call_command("set_up_code", stdout=StringIO())
    assert not SetUpCode.objects.exists()


def test_the_code_is_never_logged():
    messages = []
    eliot.add_destinations(messages.append)
    try:
        code = first_run.ensure_code()
        set_up(browser(), code, password="short")
        set_up(browser(), code)
    finally:
        eliot.remove_destination(messages.append)
    assert messages
    assert code not in str(messages)
    assert code.replace("-", "") not in str(messages)
