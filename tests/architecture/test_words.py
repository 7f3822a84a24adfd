"""Identifiers, the GraphQL schema and the page's texts use the words of docs/glossary.md."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
PLACES = [
    "packages/fsmlock",
    "packages/eliot_progress",
    "packages/queue_insight",
    "packages/camera_agent",
    "reference_app/src",
    "reference_app/tests",
    "reference_app/ui/src",
    "reference_app/schema.graphql",
    "tests",
    "benchmarks",
    "scripts",
]
#: What a migration once called something is history.
_LEFT_OUT = {"migrations", "test_words.py", "node_modules", "__generated__", "dist", "build"}
#: Names of other libraries that we have to use.
_FOREIGN = {"ArrowDown", "ArrowLeft", "perform_ping_check", "keyprefix_fanout", "fanout_patterns"}
_COMMENTS = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
#: Names of keys and of a property of MUI's, which are not ours.
_PLATFORM = re.compile(r"Arrow(?:Left|Right|Up|Down)|[Aa]rrow keys|\barrow: true")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NAME = re.compile(r"[A-Za-z_][\w.:-]*")


@functools.cache
def avoided() -> set[str]:
    """The words in code style in the last column of the glossary's tables."""
    rows = [line.split("|") for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("|")]
    return {word for row in rows for word in re.findall("`([^`]+)`", row[-2])}


@functools.cache
def avoided_in(text: str) -> tuple[str, ...]:
    """The words to avoid that a text uses: most texts stand in many places."""
    spelled = words(text)
    return tuple(word for word in sorted(avoided()) if f"_{word}_" in spelled)


def words(text: str) -> str:
    """The words of a text, also those inside of names: ``seenTask_at`` becomes ``_seen_task_at_``."""
    return f"_{'_'.join(word.lower() for word in _WORD.findall(text))}_"


def names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each identifier of a module, and each string that could be one (a field, a key, a task's name)."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        match node:
            case (
                ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name))
            ):
                yield name, line
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, line
            case ast.alias(name=name):
                yield name, line
            case ast.Constant(value=str(name)) if _NAME.fullmatch(name):
                yield name, line


def texts(path: Path) -> Iterator[tuple[str, int]]:
    """All that counts in a file, with its line."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        yield from names(ast.parse(text))
        return
    if path.suffix in {".ts", ".tsx"}:
        text = _PLATFORM.sub("", text)
        text = _COMMENTS.sub(lambda comment: "\n" * comment.group().count("\n"), text)
    yield from ((line, number) for number, line in enumerate(text.splitlines(), 1))


def files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    found = (path for path in place.rglob("*") if path.suffix in {".py", ".ts", ".tsx"})
    return [path for path in found if not _LEFT_OUT & set(path.relative_to(ROOT).parts)]


def offences(place: Path) -> Iterator[str]:
    for path in files(place):
        where = path.relative_to(ROOT)
        for text, line in [(str(where), 0), *texts(path)]:
            if text in _FOREIGN:
                continue
            for word in avoided_in(text):
                yield f"{where}:{line}: {word!r} in {text.strip()[:80]!r}"


def test_the_glossary_names_words_to_avoid():
    assert {"told", "wish", "sighting"} <= avoided()


def test_words_inside_of_names_are_found():
    assert words("seenTaskAt") == "_seen_task_at_"
    assert "_wish_" in words("RENDER_WISH")
    assert "_wish_" in words("GQLWish")


@pytest.mark.parametrize("place", PLACES)
def test_no_avoided_word_is_used(place):
    assert (ROOT / place).exists()
    assert files(ROOT / place)
    assert sorted(set(offences(ROOT / place))) == []
