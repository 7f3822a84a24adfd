"""Finds in the code the texts of all reasons: what their messages and remedies may say, before values."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

#: What a reason is made by, with keywords.
REASONS = {"Reason", "Refusal", "UserError", "Item"}
#: Functions of ours that make a reason of texts among their arguments.
MAKERS = {"_about_camera", "_estimated", "_of_name", "_RefusedError", "_silent"}
#: Exceptions become the reason of a failed movie, or of a sound that is refused.
ERRORS = {
    "RenderError",
    "NoUsableFramesError",
    "EncoderError",
    "StalledError",
    "DiskFullError",
    "StorageError",
    "NoSoundError",
}
TEXTS = {"message", "remedy", "end_message", "messages"}


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the code: its template, that of its plural, and the names of its values."""

    template: str
    plural: str = ""
    #: None where a call passes values on.
    values: frozenset[str] | None = frozenset()


@dataclass(slots=True)
class Found:
    """All texts, and where a text is composed in a way that can't be translated."""

    texts: set[Said] = field(default_factory=set)
    composed: set[str] = field(default_factory=set)


def found_in(folder: Path, *, but: tuple[str, ...] = ()) -> Found:
    """Walk all code of a folder, ``but`` not these parts of it."""
    files = {
        path: ast.parse(path.read_text("utf-8"))
        for path in sorted(folder.rglob("*.py"))
        if not str(path.relative_to(folder)).startswith(but)
    }
    everywhere: dict[str, list[ast.expr]] = defaultdict(list)
    for tree in files.values():
        for name, value in _assigned(tree.body):
            everywhere[name].append(value)
    found = Found()
    for path, tree in files.items():
        _File(str(path.relative_to(folder)), tree, everywhere, found).walk()
    return found


def _assigned(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    for node in nodes:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _pairs(target, node.value)
        elif isinstance(node, ast.For):
            for row in getattr(node.iter, "elts", ()):
                yield from _pairs(node.target, row)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, other)


class _File:
    def __init__(
        self, path: str, tree: ast.Module, everywhere: dict[str, list[ast.expr]], found: Found
    ) -> None:
        self._path, self._tree, self._found = path, tree, found
        own: dict[str, list[ast.expr]] = defaultdict(list)
        for name, value in _assigned(ast.walk(tree)):
            own[name].append(value)
        self._names = {**everywhere, **own}

    def walk(self) -> None:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call):
                self._call(node)
        for name, value in _assigned(ast.walk(self._tree)):
            if name in TEXTS:
                self._text(value)

    def _call(self, call: ast.Call) -> None:
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name == "sentence":
            self._sentence(call)
        elif name in MAKERS | ERRORS:
            for argument in call.args:
                self._text(argument, is_template=name in MAKERS)
        if name in REASONS | MAKERS | ERRORS:
            for keyword in call.keywords:
                if keyword.arg in TEXTS:
                    self._text(keyword.value)

    def _sentence(self, call: ast.Call) -> None:
        names = [each.arg for each in call.keywords]
        values = None if None in names else frozenset(filter(None, names))
        options = [list(self._strings(argument)) for argument in call.args]
        if len(options) == 2:
            self._found.texts.add(Said(options[0][0], options[1][0], values))
            return
        several = isinstance(call.args[0], ast.Starred)
        if several and len(options[0]) > 1:
            pairs = zip(options[0][::2], options[0][1::2], strict=True)
            self._found.texts.update(Said(one, other, values) for one, other in pairs)
            return
        for template in options[0]:
            self._found.texts.add(Said(template, "", values))

    def _text(self, node: ast.expr, *, is_template: bool = False) -> None:
        for text in self._strings(node):
            # The template of a sentence that is made elsewhere has its values there; a code has no space.
            if " " in text and (is_template or "%(" not in text):
                self._found.texts.add(Said(text, values=None if "%(" in text else frozenset()))

    def _strings(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            self._found.composed.add(f"{self._path}: {ast.unparse(node)}")
        elif isinstance(node, ast.Name) and node.id not in seen:
            for value in self._names.get(node.id, ()):
                yield from self._strings(value, seen | {node.id})
        for each in _parts(node):
            yield from self._strings(each, seen)


def _parts(node: ast.expr) -> list[ast.expr]:
    """Return what an expression may be, or has within it."""
    match node:
        case ast.IfExp():
            return [node.body, node.orelse]
        case ast.BoolOp(values=several) | ast.Dict(values=several) | ast.Tuple(elts=several):
            return several
        case ast.Starred(value=within) | ast.Subscript(value=within):
            return [within]
        case ast.Call(func=ast.Attribute(value=ast.Name() as table, attr="get")):
            return [table]
    return []
