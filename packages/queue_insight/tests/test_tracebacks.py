from __future__ import annotations

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_insight.tracebacks import Origin, origin

HEAD = "Traceback (most recent call last):\n"
CELERY = (
    '  File "/venv/lib/python3.12/site-packages/celery/app/trace.py", line 453, in trace_task\n    R = f()\n'
)
OWN = '  File "/srv/releases/41/shop/orders/tasks.py", line 17, in charge\n    pay("hunter2")\n    ^^^\n'
LIBRARY = '  File "/usr/lib/python3.12/json/decoder.py", line 38, in decode\n    raise E\n'


def test_the_innermost_frame_of_the_project_s_own_code_is_the_place():
    text = f"{HEAD}{CELERY}{OWN}{LIBRARY}shop.errors.Refused: no\nmoney: left\n"
    assert origin("Refused('no')", text) == Origin(
        exception="shop.errors.Refused",
        file="shop/orders/tasks.py",
        function="charge",
        line=17,
        is_own=True,
    )


def test_without_a_frame_of_its_own_the_innermost_one_counts_and_is_said_to_be_foreign():
    found = origin("E()", f"{HEAD}{CELERY}{LIBRARY}E\n")
    assert (found.file, found.function, found.is_own) == ("python3.12/json/decoder.py", "decode", False)


def test_of_exceptions_that_led_to_one_another_the_last_one_counts():
    middle = "\n\nDuring handling of the above exception, another exception occurred:\n\n"
    first = f'{HEAD}  File "/srv/first.py", line 1, in first\n    x\nKeyError: 1'
    assert origin("E()", f"{first}{middle}{HEAD}{OWN}E: x\n").function == "charge"


@pytest.mark.parametrize(
    ("exception", "text", "name"),
    [
        ("Refused('no')", "", "Refused"),
        ("<Refused by the bank>", f"{HEAD}{OWN}shop.Refused: no\n", "shop.Refused"),
        ("<Refused by the bank>", "", ""),
        ("Refused('no')", f"{HEAD}{OWN}other: no\n", "Refused"),
        ("", "", ""),
        (
            "WorkerLostError('x')",
            "billiard.exceptions.WorkerLostError: x\n",
            "billiard.exceptions.WorkerLostError",
        ),
    ],
)
def test_the_name_of_the_exception_is_the_full_one_if_the_traceback_has_it(exception, text, name):
    assert origin(exception, text).exception == name


@pytest.mark.parametrize(
    "path", ["<string>", "<frozen importlib._bootstrap>", "/usr/lib/python3/dist-packages/a.py"]
)
def test_what_is_installed_or_has_no_file_is_not_the_project_s_own(path):
    assert not origin("E()", f'{HEAD}  File "{path}", line 1, in f\nE\n').is_own


def test_the_setting_names_installed_packages_that_are_the_project_s_own(settings):
    settings.QUEUE_INSIGHT = {"OWN_PACKAGES": ("shop",)}
    frame = '  File "/venv/lib/python3.12/site-packages/shop/tasks.py", line 3, in pay\n    x\n'
    assert origin("E()", f"{HEAD}{CELERY}{frame}{CELERY}E\n").file == "site-packages/shop/tasks.py"


def test_a_group_of_exceptions_has_the_place_where_it_was_raised():
    def both():
        raise ExceptionGroup("both", [ValueError(1)])

    try:
        both()
    except ExceptionGroup as error:
        text = "".join(traceback.format_exception(error))
        found = origin(repr(error), text)
    assert (found.exception, found.function, found.is_own) == ("ExceptionGroup", "both", True)


def test_a_real_traceback_is_understood():
    try:
        {}["x"]
    except LookupError as error:
        found = origin(repr(error), traceback.format_exc())
    assert (found.exception, found.function) == ("KeyError", "test_a_real_traceback_is_understood")
    assert found.file.endswith("tests/test_tracebacks.py")


@given(st.text(max_size=40), st.text('File "a.py", line 1, in f\nE: |+ \ud800', max_size=200))
def test_any_text_is_understood_or_not_known(exception, text):
    found = origin(exception, text)
    f"{found.exception}{found.file}{found.function}".encode()
    assert max(len(found.exception), len(found.file), len(found.function)) <= 255
