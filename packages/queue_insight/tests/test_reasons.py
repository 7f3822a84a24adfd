from __future__ import annotations

import ast
import inspect

import pytest

from queue_insight import Reason, absence, blocking, diagnose, handing_out, notes
from queue_insight.reasons import NOTE_CODES, TASK_CODES


def codes_in(module):
    """Return what stands as `code=...` in the source of a module; a name stands for its value."""
    tree = ast.parse(inspect.getsource(module))
    given = [each.value for each in ast.walk(tree) if isinstance(each, ast.keyword) and each.arg == "code"]
    parts = [part for value in given for part in ast.walk(value)]
    texts = {part.value for part in parts if isinstance(part, ast.Constant)}
    names = {part.id for part in parts if isinstance(part, ast.Name) and part.id.isupper()}
    return texts | {getattr(module, name) for name in names}


def test_a_reason_is_a_value():
    reason = Reason(code="next", message="It is next.")
    assert reason == Reason(code="next", message="It is next.", params={}, remedy="")
    with pytest.raises(AttributeError):
        reason.code = "other"


def test_all_codes_are_listed():
    of_tasks = (inspect.getmodule(diagnose), absence, blocking, handing_out)
    assert set().union(*map(codes_in, of_tasks)) == TASK_CODES
    assert codes_in(notes) == NOTE_CODES
