"""Draw the states of a model as Mermaid text, or as SVG without further dependencies."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from fsmlock.declarations import TransitionDef, transitions_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db import models

#: In pixels: the width of a state's column, the heights of a transition's row and of the head, a letter.
_COLUMN, _ROW, _HEAD, _LETTER = 112, 30, 46, 6.6


def mermaid(model: type[models.Model]) -> str:
    """A state diagram for Markdown that renders Mermaid."""
    states = _states(model)
    names = {state: re.sub(r"\W", "_", state) for state in states}
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{state}" as {name}' for state, name in names.items() if state != name]
    if initial := getattr(model, "initial_state", ""):
        lines.append(f"    [*] --> {names[initial]}")
    for definition in transitions_of(model).values():
        text = " ".join([str(definition.label), *(f"({note})" for note in _notes(definition))]).replace(
            ";", ","
        )
        lines += [
            f"    {names[source]} --> {names[definition.target]} : {text}"
            for source in _sources(definition, states)
        ]
    return "\n".join(lines) + "\n"


def svg(model: type[models.Model]) -> str:
    """An SVG with a column for each state and a row for each transition. The output is deterministic."""
    states, known = _states(model), list(transitions_of(model).values())
    texts = [(str(definition.label), " ".join(_notes(definition))) for definition in known]
    left = 20 + _LETTER * max([0, *(len(label) + len(notes) + 1 for label, notes in texts)])
    middle = {state: int(left + _COLUMN * (n + 0.5)) for n, state in enumerate(states)}
    width, height = int(left + _COLUMN * len(states) + 10), _HEAD + _ROW * len(known) + 14
    initial = getattr(model, "initial_state", "")
    parts = [_column(state, x, height, starts=state == initial) for state, x in middle.items()]
    for n, (definition, (label, notes)) in enumerate(zip(known, texts, strict=True)):
        parts.append(_row(_HEAD + _ROW * n + 22, definition, label, notes, middle))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12" role="img">'
    )
    tip = (
        '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#335"/></marker></defs>'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
    )
    title = f"<title>States of {escape(model.__name__)}</title>"
    return "\n".join([head, title, tip, *parts, "</svg>"]) + "\n"


def _states(model: type[models.Model]) -> list[str]:
    """The declared states, base classes first, then any others that a transition names."""
    declared = [
        value
        for cls in reversed(getattr(model, "States", object).__mro__)
        for name, value in vars(cls).items()
        if name.isupper() and isinstance(value, str)
    ]
    named = [state for definition in transitions_of(model).values() for state in definition.states]
    found = dict.fromkeys([*declared, *named, getattr(model, "initial_state", "")])
    return [state for state in found if state not in {"", "*"}]


def _sources(definition: TransitionDef, states: Sequence[str]) -> list[str]:
    return [state for state in states if definition.starts_from(state)]


def _notes(definition: TransitionDef) -> list[str]:
    notes = (("needs", definition.needs), ("holds", definition.holds), ("on error:", definition.on_error))
    return [f"{word} {name}" for word, name in notes if name]


def _column(state: str, x: int, height: int, *, starts: bool) -> str:
    wide = _COLUMN - 10
    return (
        f'<line x1="{x}" y1="{_HEAD - 10}" x2="{x}" y2="{height - 6}" stroke="#ccd"/>'
        f'<rect x="{x - wide // 2}" y="8" width="{wide}" height="28" rx="8" fill="#eef" stroke="#335"'
        f' stroke-width="{3 if starts else 1}"/>'
        f'<text x="{x}" y="26" text-anchor="middle">{escape(state)}</text>'
    )


def _row(y: int, definition: TransitionDef, label: str, notes: str, middle: Mapping[str, int]) -> str:
    """Dots mark where the transition starts, the tip where it ends. Bold transitions are offered to users."""
    end = middle[definition.target]
    starts = [middle[state] for state in _sources(definition, list(middle))]
    weight = "normal" if definition.internal else "bold"
    note = f'<tspan font-weight="normal" fill="#777">{escape(notes)}</tspan>'
    text = f'<text x="10" y="{y + 4}" font-weight="{weight}" fill="#223">{escape(label)} {note}</text>'
    parts = [f"<g><title>{escape(definition.description)}</title>{text}"]
    for side in ([x for x in starts if x < end], [x for x in reversed(starts) if x > end]):
        if side:
            tip = end - 2 if side[0] < end else end + 2
            parts.append(f'<path d="M{side[0]},{y} H{tip}" stroke="#335" marker-end="url(#tip)"/>')
            parts += [f'<circle cx="{x}" cy="{y}" r="4" fill="#335"/>' for x in side]
    if end in starts:
        loop = f"M{end},{y - 6} C{end + 30},{y - 10} {end + 30},{y + 10} {end + 2},{y + 6}"
        parts.append(f'<path d="{loop}" fill="none" stroke="#335" marker-end="url(#tip)"/>')
        parts.append(f'<circle cx="{end}" cy="{y - 6}" r="4" fill="#335"/>')
    return "".join(parts) + "</g>"
