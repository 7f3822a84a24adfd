"""`heartbeat(...)`: for work that has no count but is alive."""

from __future__ import annotations

from eliot_progress.progress import Progress, progress


def heartbeat(
    action_type: str,
    *,
    every: float = 5.0,
    grace_s: float | None = None,
    about: str = "",
    by: str = "",
    description: str = "",
) -> Progress:
    """Report that work without a count is alive, while a `with` statement runs.

    The parameters are those of `progress`; there is no total.
    """
    return progress(action_type, every=every, grace_s=grace_s, about=about, by=by, description=description)
