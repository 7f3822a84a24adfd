from __future__ import annotations

import io
import subprocess

import pytest
from PIL import Image

from camera_agent.drivers.video import Video, count_frames, ffmpeg, jpeg_end, split_jpegs
from camera_agent.errors import BadInput, DriverError
from tests.conftest import jpeg


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    """Two seconds of ffmpeg's test card at 15 frames/s."""
    path = tmp_path_factory.mktemp("video") / "card.mp4"
    card = ("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=15:duration=2")
    subprocess.run([ffmpeg(), "-v", "error", *card, "-pix_fmt", "yuv420p", str(path)], check=True)
    return path


def test_every_frame_comes_out_once_as_a_whole_picture(video):
    assert count_frames(video) == 30
    decoder = Video(video)
    frames = list(decoder.frames())
    decoder.close()
    assert len(frames) == 30
    sizes = {Image.open(io.BytesIO(frame)).size for frame in frames}
    assert sizes == {(320, 240)}
    assert len(set(frames)) == 30


def test_frames_stay_close_to_their_source(video, tmp_path):
    decoder = Video(video)
    for number, frame in enumerate(decoder.frames()):
        (tmp_path / f"{number:03d}.jpg").write_bytes(frame)
    decoder.close()
    inputs = ("-i", str(video), "-framerate", "15", "-i", str(tmp_path / "%03d.jpg"))
    graph = ("-lavfi", "[1:v]scale=out_range=tv,format=yuv420p[b];[0:v][b]ssim", "-f", "null", "-")
    done = subprocess.run(
        [ffmpeg(), "-hide_banner", *inputs, *graph], capture_output=True, text=True, check=True
    )
    similarity = float(done.stderr.rsplit("All:", 1)[1].split()[0])
    assert similarity > 0.97


@pytest.mark.parametrize("content", [b"hello\n" * 1000, b"", b"#EXTM3U\n#EXTINF:1,\nother.mp4\n"])
def test_text_and_playlists_are_no_videos(tmp_path, content):
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="neither a folder nor a picture nor a video"):
        count_frames(path)


def test_a_video_damaged_in_the_middle_tells_so_or_plays_what_it_can(video, tmp_path):
    path = tmp_path / "cut.mp4"
    path.write_bytes(video.read_bytes()[:3000])
    decoder = Video(path)
    with pytest.raises(DriverError, match="could not read the video"):
        list(decoder.frames())
    decoder.close()


def test_jpegs_are_cut_apart_wherever_the_blocks_end(tmp_path):
    pictures = [jpeg(shade) for shade in (10, 90, 200)]
    (tmp_path / "stream").write_bytes(b"".join(pictures))
    with (tmp_path / "stream").open("rb") as stream:
        assert list(split_jpegs(stream)) == pictures


def test_an_end_marker_inside_a_segment_is_no_end():
    comment = b"\xff\xfe\x00\x06\xff\xd9\xff\xd9"
    picture = jpeg()[:2] + comment + jpeg()[2:]
    assert jpeg_end(picture) == len(picture)
    assert jpeg_end(picture[:-1]) is None
    assert jpeg_end(picture[:8]) is None
