from __future__ import annotations

import io
import subprocess

import pytest
from PIL import Image

from camera_agent.drivers.video import Video, can_tone_map, ffmpeg, jpeg_end, look_into, split_jpegs
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
    assert look_into(video).frames == 30
    assert not look_into(video).hdr
    decoder = Video(video)
    frames, times = zip(*decoder.frames(), strict=True)
    decoder.close()
    assert len(frames) == 30
    assert times == pytest.approx([number / 15 for number in range(30)])
    sizes = {Image.open(io.BytesIO(frame)).size for frame in frames}
    assert sizes == {(320, 240)}
    assert len(set(frames)) == 30


def test_frames_stay_close_to_their_source(video, tmp_path):
    decoder = Video(video)
    for number, (frame, _) in enumerate(decoder.frames()):
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
        look_into(path)


def test_a_video_damaged_in_the_middle_tells_so_or_plays_what_it_can(video, tmp_path):
    path = tmp_path / "cut.mp4"
    path.write_bytes(video.read_bytes()[:3000])
    decoder = Video(path)
    with pytest.raises(DriverError, match="could not read the video"):
        list(decoder.frames())
    decoder.close()


def made(path, *arguments):
    subprocess.run([ffmpeg(), "-v", "error", *arguments, str(path)], check=True)
    return path


def frames_of(path, **options):
    decoder = Video(path, **options)
    try:
        return list(decoder.frames())
    finally:
        decoder.close()


@pytest.mark.parametrize("name", ["vfr.mp4", "vfr.mkv"])
def test_frames_that_come_unevenly_keep_their_times(video, tmp_path, name):
    chosen = "select='lt(mod(n,10),3)+eq(n,25)'"
    path = made(tmp_path / name, "-i", str(video), "-vf", chosen, "-fps_mode", "vfr", "-bf", "2")
    found = frames_of(path)
    wanted = [number / 15 for number in (0, 1, 2, 10, 11, 12, 20, 21, 22, 25)]
    assert look_into(path).frames == len(found) == 10
    begun = found[0][1]
    assert [time - begun for _, time in found] == pytest.approx(wanted, abs=0.002)
    assert len({picture for picture, _ in found}) == 10


def test_a_cover_is_never_taken_for_the_video(video, tmp_path):
    cover = made(tmp_path / "cover.png", "-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", "1")
    both = ("-i", str(cover), "-i", str(video), "-map", "0", "-map", "1", "-c", "copy")
    path = made(tmp_path / "with.mp4", *both, "-disposition:v:0", "attached_pic")
    assert look_into(path).frames == 30
    assert [picture for picture, _ in frames_of(path)] == [picture for picture, _ in frames_of(video)]
    tone = (
        "-f",
        "lavfi",
        "-i",
        "sine=duration=1",
        "-i",
        str(cover),
        "-map",
        "0",
        "-map",
        "1",
        "-c:v",
        "copy",
    )
    song = made(tmp_path / "song.m4a", *tone, "-disposition:v:0", "attached_pic")
    with pytest.raises(BadInput, match="neither a folder nor a picture nor a video"):
        look_into(song)


def hdr(path, curve, *values):
    """A frame of 10 bits for each signal, from 0 to 1."""
    levels = [round(64 + 876 * value) for value in values]
    steps = "+".join(f"{level}*eq(N,{number})" for number, level in enumerate(levels))
    colours = f"setparams=color_primaries=bt2020:color_trc={curve}:colorspace=bt2020nc:range=tv"
    source = f"color=gray:size=64x64:rate=10,format=yuv420p10le,geq=lum='{steps}':cb=512:cr=512,{colours}"
    return made(path, "-f", "lavfi", "-i", source, "-frames:v", str(len(values)), "-c:v", "ffv1")


def brightness(found):
    return [Image.open(io.BytesIO(picture)).convert("L").getpixel((32, 32)) for picture, _ in found]


@pytest.mark.parametrize(
    ("curve", "values"), [("smpte2084", (0.30, 0.508, 0.75)), ("arib-std-b67", (0.22, 0.5, 0.75))]
)
def test_hdr_is_brought_into_the_light_of_other_videos(tmp_path, curve, values):
    path = hdr(tmp_path / "hdr.mkv", curve, *values)
    assert look_into(path).hdr
    pale, shown = brightness(frames_of(path)), brightness(frames_of(path, tone_map=True))
    assert can_tone_map()
    assert shown == sorted(shown)
    assert shown[1] > pale[1] + 20, "white isn't grey"
    assert shown[2] > shown[1] + 8, "what is brighter than white is not cut off"


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
