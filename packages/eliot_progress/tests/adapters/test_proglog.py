from __future__ import annotations

from moviepy import ColorClip

from eliot_progress import Reducer, progress
from eliot_progress.adapters.proglog import ProgressLogger


def test_moviepy_reports_the_frames_it_writes(log, tmp_path):
    clip = ColorClip((32, 32), (255, 0, 0), duration=1)
    with progress("render:movie", unit="frame") as work:
        clip.write_videofile(str(tmp_path / "movie.mp4"), fps=12, logger=ProgressLogger(work))
    state = Reducer(log).get(work.id)
    assert (state.done, state.total, state.outcome) == (12, 12, "succeeded")


def test_other_bars_are_steps_and_invalid_values_are_ignored():
    with progress("render:movie", total=5) as work:
        logger = ProgressLogger(work)
        logger(chunk__total=3)
        assert work._step == "chunk"
        logger(frame_index__total=7)
        logger(frame_index__index=3)
        logger(frame_index__index=-1)
        logger(message="MoviePy - Writing")
        assert (work.done, work.total, work._note) == (3, 7, "Writing")
