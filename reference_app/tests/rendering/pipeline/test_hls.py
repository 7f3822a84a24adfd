from __future__ import annotations

import subprocess
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from tests.rendering.pipeline import barcodes
from tests.rendering.pipeline.test_join import segments

from timelapse.rendering.pipeline import hls
from timelapse.rendering.pipeline.encode import DELAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np

LENGTHS = (30, 1, 75, 40)


def publish(folder: Path, count: int, fps: float, *, ended: bool) -> Path:
    """Write the first segments as a web server would answer them."""
    movie = barcodes.movie(fps)
    made = [(path.read_bytes(), frames) for path, frames in segments(folder, movie, LENGTHS)[:count]]
    frames = [frames for _, frames in made]
    (folder / "live").mkdir()
    (folder / "live" / hls.INIT).write_bytes(hls.init(made[0][0]))
    for number, (content, _) in enumerate(made):
        piece = hls.piece(content, number, sum(frames[:number]), movie)
        (folder / "live" / hls.PIECE.format(number=number)).write_bytes(piece)
    (folder / "live.m3u8").write_text(hls.playlist(frames, movie, base="live/", ended=ended))
    return folder / "live.m3u8"


@pytest.mark.parametrize("fps", [23.976, 30, 60])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_what_is_finished_plays_to_its_end_in_order(
    tmp_path: Path, count: int, fps: float, decoded: Callable[[Path], np.ndarray]
) -> None:
    playlist = publish(tmp_path, count, fps, ended=True)
    assert barcodes.numbers(decoded(playlist)) == list(range(sum(LENGTHS[:count])))


def test_ffmpeg_has_nothing_to_say_about_it(tmp_path: Path) -> None:
    playlist = publish(tmp_path, 4, 29.97, ended=True)
    command = [get_ffmpeg_exe(), "-v", "warning", "-xerror", "-i", playlist, "-f", "null", "-"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stderr == ""


def test_the_pieces_follow_one_another_without_a_gap(tmp_path: Path) -> None:
    playlist = publish(tmp_path, 4, 30, ended=True)
    command = [get_ffmpeg_exe(), "-v", "error", "-i", playlist, "-f", "framemd5", "-"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    shown = [int(line.split(",")[2]) for line in lines if not line.startswith("#")]
    assert shown == list(range(DELAY, DELAY + sum(LENGTHS)))


def test_a_playlist_ends_only_when_no_more_will_come() -> None:
    movie = barcodes.movie(30)
    text = hls.playlist([30, 90], movie, base="7/", ended=False)
    assert text.splitlines()[-4:] == ["#EXTINF:1.000000,", "7/0.m4s", "#EXTINF:3.000000,", "7/1.m4s"]
    assert hls.playlist([30, 90], movie, base="7/", ended=True) == f"{text}#EXT-X-ENDLIST\n"
    assert "#EXT-X-TARGETDURATION:6\n" in text
    assert Fraction(179, 30) <= 6


def test_what_is_no_segment_is_refused() -> None:
    for content in (b"", b"no segment", bytes(64)):
        with pytest.raises(ValueError, match=r"^(It has no|A box|The box)"):
            hls.init(content)
