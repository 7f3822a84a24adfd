from __future__ import annotations

import ast
import gettext
import inspect
import re
from pathlib import Path

import pytest

import queue_insight
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


#: What a reason says without values is looked up where it is read.
FOLDER = Path(queue_insight.__file__).parent
GERMAN = FOLDER / "locale/de/LC_MESSAGES"


def catalog() -> dict[str, str]:
    text = (GERMAN / "django.po").read_text("utf-8")
    return dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text, re.MULTILINE))


def test_the_compiled_texts_are_those_of_the_catalog():
    with (GERMAN / "django.mo").open("rb") as compiled:
        read = gettext.GNUTranslations(compiled)
    assert {text: read.gettext(text) for text in catalog()} == catalog()
    assert len(catalog()) > 30


def texts_of(node: ast.AST) -> set[str]:
    """The texts within code that stand alone: a part of a text with values is none."""
    if isinstance(node, ast.JoinedStr):
        return set()
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) and " " in node.value else set()
    return {text for within in ast.iter_child_nodes(node) for text in texts_of(within)}


def code() -> list[ast.Module]:
    return [ast.parse(path.read_text("utf-8")) for path in FOLDER.rglob("*.py")]


def test_each_german_text_is_of_one_that_the_code_has():
    said = {text for module in code() for text in texts_of(module)}
    assert sorted(catalog().keys() - said) == []


def test_each_remedy_of_a_task_without_values_has_a_german_text():
    for name in ("absence", "blocking", "diagnose", "handing_out"):
        module = ast.parse((FOLDER / f"{name}.py").read_text("utf-8"))
        remedies = (
            each for each in ast.walk(module) if isinstance(each, ast.keyword) and each.arg == "remedy"
        )
        texts = {text for remedy in remedies for text in texts_of(remedy)}
        assert sorted(texts - catalog().keys()) == []
