"""The states of a model as a picture: Mermaid text, or SVG that needs nothing installed."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from fsmlock.arrows import Arrow, arrows

if TYPE_CHECKING:
    from django.db import models

_WIDTH, _HEIGHT, _GAP, _STEP = 150, 34, 90, 26


def mermaid(model: type[models.Model]) -> str:
    """A state diagram for Markdown that renders Mermaid."""
    initial = getattr(model, "initial_state", "")
    lines = ["stateDiagram-v2", f"    [*] --> {initial}" if initial else ""]
    lines += [
        f"    {source} --> {arrow.target} : {arrow.label}{_needs(arrow)}" for source, arrow in _each(model)
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _needs(arrow: Arrow) -> str:
    return f" (needs {arrow.needs})" if arrow.needs else ""


def _each(model: type[models.Model]) -> list[tuple[str, Arrow]]:
    return [(source, arrow) for arrow in arrows(model).values() for source in arrow.source]


def svg(model: type[models.Model]) -> str:
    """The states below one another, the arrows as lanes beside them: legible, and the same every time."""
    pairs = _each(model)
    states = list(
        dict.fromkeys([getattr(model, "initial_state", ""), *(s for p in pairs for s in (p[0], p[1].target))])
    )
    states = [state for state in states if state]
    top = {state: 10 + n * _GAP for n, state in enumerate(states)}
    parts = [_box(state, top[state]) for state in states]
    parts += [_lane(n, top[source], top[arrow.target], arrow) for n, (source, arrow) in enumerate(pairs)]
    width = _WIDTH + 40 + len(pairs) * _STEP + 180
    height = len(states) * _GAP + 10
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif"'
        ' font-size="12" role="img">'
    )
    tip = (
        '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z"/></marker></defs>'
    )
    return (
        "\n".join([head, f"<title>States of {escape(model.__name__)}</title>", tip, *parts, "</svg>"]) + "\n"
    )


def _box(state: str, y: int) -> str:
    return (
        f'<rect x="10" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="#eef" stroke="#335"/>'
        f'<text x="{10 + _WIDTH // 2}" y="{y + 21}" text-anchor="middle">{escape(state)}</text>'
    )


def _lane(n: int, start: int, end: int, arrow: Arrow) -> str:
    x = 10 + _WIDTH + 30 + n * _STEP
    out, back = start + 10, end + 24
    label = escape(arrow.label + _needs(arrow))
    return (
        f'<path d="M{10 + _WIDTH},{out} H{x} V{back} H{12 + _WIDTH}" fill="none" stroke="#557"'
        ' marker-end="url(#tip)"/>'
        f'<text x="{x + 4}" y="{out - 3}" fill="#223">{label}</text>'
    )
