"""The shortest path from one state to another."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fsmlock.declarations import TransitionDef


def shortest_path(
    transitions: Iterable[TransitionDef], start: str, goal: str
) -> tuple[tuple[str, TransitionDef], ...] | None:
    """The fewest transitions from ``start`` to ``goal``, each with its source state; None without a path."""
    usable = list(transitions)
    paths: dict[str, tuple[tuple[str, TransitionDef], ...]] = {start: ()}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if state == goal:
            return paths[state]
        for each in usable:
            if each.starts_from(state) and each.target not in paths:
                paths[each.target] = (*paths[state], (state, each))
                queue.append(each.target)
    return None
