"""How often an execution may die at one item before the item counts as failed.

An execution is counted before anything of the iteration runs, and taken back wherever it ends properly. So a
killed process, a lost connection and a lost hold count, and a shutdown, a throttle and a locked target don't.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsmlock.models import Run


class TooManyAttemptsError(Exception):
    """One execution after the other died before it had processed the next item."""

    def __init__(self, attempts: int) -> None:
        super().__init__(
            f"{attempts} executions in a row died before this item was done: the process was killed, or lost"
            " its connection or its hold. Read the workers' log (a crash, too little memory), then retry."
        )


def begin_attempt(run: Run, processed: int) -> int:
    """Count an execution that begins after ``processed`` items. Returns how many died here before."""
    has_got_on = processed > run.attempted_at
    # One that got on before it died was the first to die here.
    died_before = min(run.attempts, 1) if has_got_on else run.attempts
    run.attempts, run.attempted_at = died_before + 1, processed
    return died_before


def take_attempt_back(run: Run, processed: int, died_before: int) -> None:
    """The execution ends properly, after ``processed`` items."""
    run.attempts = 0 if processed > run.attempted_at else died_before
