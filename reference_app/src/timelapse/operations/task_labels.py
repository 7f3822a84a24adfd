"""What the tasks of the app do, in people's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LABELS: Final[Mapping[str, str]] = {
    "accounts.clear_sessions": "Delete sessions that are over",
    "fsmlock.execute_run": "Long work",
    "fsmlock.recover_runs": "Look for interrupted work",
    "ingest.measure_frames": "Look for frames to measure",
    "ingest.settle_clocks": "Look for capture times to correct",
    "ingest.sweep_files": "Remove files without a frame",
    "ingest.sweep_uploads": "Remove abandoned uploads",
    "ingest.trim_logs": "Trim logs and health samples of cameras",
    "notifications.deliver": "Send notifications",
    "notifications.watch": "Look for news to notify people of",
    "rendering.empty_trash": "Delete movies whose time in the trash is over",
    "rendering.finish_deletions": "Finish deletions",
    "rendering.recover_movies": "Look for interrupted movies",
    "rendering.render_movie": "Render a movie",
    "rendering.request_latest_movies": "Request latest movies that are due",
    "rendering.thin_frames": "Look for frames to remove",
}


def label_of(task_name: str) -> str:
    """Return what a task does; the name itself for a task of something else."""
    return LABELS.get(task_name, task_name)
