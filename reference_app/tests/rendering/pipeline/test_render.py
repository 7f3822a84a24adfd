from __future__ import annotations

import os
import resource
import subprocess
import sys
import textwrap
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from timelapse.rendering.pipeline.errors import NoUsableFramesError, StorageError
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.picture import Picture
from timelapse.rendering.pipeline.rate import exact_rate
from timelapse.rendering.pipeline.render import MovieSpec, render

Frames = np.ndarray
Decode = Callable[[Path], Frames]
Footage = Callable[[str], list[Path]]


def spec(paths: list[Path], size: Size, fps: float = 30) -> MovieSpec:
    pictures = [Picture(name=path.name, path=path) for path in paths]
    return MovieSpec(pictures=pictures, size=size, rate=exact_rate(fps), max_pixels=20_000_000)


def quiet(done: int) -> None:
    """Nobody watches."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("video", "size", "fps", "count"),
    [
        ("bigbuckbunny", Size(1280, 720), 30, 132),
        ("bigbuckbunny", Size(640, 360), 24, 132),
        ("bikes", Size(640, 272), 25, 250),
        ("carphone_pristine", Size(176, 144), 29.97, 120),
    ],
)
def test_real_footage_becomes_a_movie_of_as_many_frames_each_like_its_source(
    video: str,
    size: Size,
    fps: float,
    count: int,
    tmp_path: Path,
    footage: Footage,
    decoded: Decode,
    ssim: Callable[[Frames, Frames], float],
) -> None:
    paths = footage(video)
    assert len(paths) == count
    rendered = render(spec(paths, size, fps), tmp_path, on_frame=quiet)
    rendered.publish()
    assert rendered.left_out == ()
    assert rendered.info.frame_count == count
    assert rendered.info.rate == exact_rate(fps)
    assert rendered.info.duration_s == pytest.approx(count / exact_rate(fps))
    frames = decoded(tmp_path / "movie.mp4")
    assert len(frames) == count
    for path, frame in zip(paths, frames, strict=True):
        with Image.open(path) as image:
            source = np.asarray(image.resize((size.width, size.height), Image.Resampling.LANCZOS))
        assert ssim(source, frame) >= 0.95, path.name


def test_only_the_movie_and_its_poster_are_left_in_the_folder(tmp_path: Path, footage: Footage) -> None:
    render(spec(footage("bikes")[:10], Size(320, 136)), tmp_path / "7", on_frame=quiet).publish()
    assert sorted(path.name for path in (tmp_path / "7").iterdir()) == ["movie.mp4", "poster.jpg"]
    with Image.open(tmp_path / "7" / "poster.jpg") as poster:
        assert poster.size == (320, 136)


def test_a_movie_that_is_given_up_leaves_nothing(tmp_path: Path, footage: Footage) -> None:
    render(spec(footage("bikes")[:3], Size(64, 28)), tmp_path, on_frame=quiet).close()
    assert list(tmp_path.iterdir()) == []


def test_one_bad_picture_among_good_ones_is_left_out_by_name(
    tmp_path: Path, footage: Footage, decoded: Decode
) -> None:
    paths = [tmp_path / path.name for path in footage("bikes")[:20]]
    for path, source in zip(paths, footage("bikes"), strict=False):
        path.write_bytes(source.read_bytes())
    paths[4].write_bytes(paths[4].read_bytes()[:3000])
    reported: list[int] = []
    rendered = render(spec(paths, Size(640, 272)), tmp_path / "7", on_frame=reported.append)
    assert [(left.name, left.code) for left in rendered.left_out] == [("00005.jpg", "damaged")]
    assert rendered.info.frame_count == 19
    assert reported[-1] == 20


def test_mixed_sizes_and_turned_pictures_fill_one_movie(tmp_path: Path, decoded: Decode) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (1600, 900), (200, 0, 0)).save(tmp_path / "1.jpg")
    Image.new("RGB", (90, 160), (0, 200, 0)).save(tmp_path / "2.jpg", exif=exif)
    Image.new("RGB", (300, 300), (0, 0, 200)).save(tmp_path / "3.png")
    paths = [tmp_path / name for name in ("1.jpg", "2.jpg", "3.png")]
    render(spec(paths, Size(320, 180)), tmp_path / "7", on_frame=quiet).publish()
    red, green, blue = decoded(tmp_path / "7" / "movie.mp4")
    assert [int(frame[90, 160].argmax()) for frame in (red, green, blue)] == [0, 1, 2]
    assert red[:, 4].mean() > 50, "the same shape has no bars"
    assert green[:, 4].mean() > 50, "turned upright it has the movie's shape"
    assert blue[:, 4].mean() < 5, "a square lies between black bars"


def test_a_movie_of_one_frame_is_a_movie(tmp_path: Path, footage: Footage) -> None:
    rendered = render(spec(footage("bikes")[:1], Size(640, 272), 10), tmp_path, on_frame=quiet)
    assert rendered.info.frame_count == 1
    assert rendered.info.duration_s == pytest.approx(0.1)


def test_pictures_of_which_none_can_be_read_make_an_error_and_leave_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(NoUsableFramesError, match="None of the 1 pictures"):
        render(spec([tmp_path / "a.jpg"], Size(64, 48)), tmp_path / "7", on_frame=quiet)
    assert list((tmp_path / "7").iterdir()) == []


def test_stopping_leaves_the_movie_of_before_and_nothing_else(tmp_path: Path, footage: Footage) -> None:
    render(spec(footage("bikes")[:5], Size(64, 28)), tmp_path, on_frame=quiet).publish()
    before = (tmp_path / "movie.mp4").read_bytes()

    def stop(done: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(spec(footage("bikes"), Size(64, 28)), tmp_path, on_frame=stop)
    assert (tmp_path / "movie.mp4").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["movie.mp4", "poster.jpg"]


def test_what_a_killed_attempt_left_behind_is_swept(tmp_path: Path, footage: Footage) -> None:
    (tmp_path / ".rendering-of-a-killed-worker").mkdir()
    (tmp_path / ".rendering-of-a-killed-worker" / "movie.mp4").write_bytes(b"half")
    render(spec(footage("bikes")[:2], Size(64, 28)), tmp_path, on_frame=quiet).publish()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["movie.mp4", "poster.jpg"]


@pytest.mark.skipif(not os.path.ismount("/proc"), reason="even root makes no folder there")
def test_an_unwritable_folder_is_reported_with_the_systems_reason() -> None:
    with pytest.raises(StorageError, match="can't be stored: No such file or directory"):
        render(spec([Path("a.jpg")], Size(64, 48)), Path("/proc/movies"), on_frame=quiet)


def test_what_the_watcher_raises_is_raised_as_it_is(tmp_path: Path, footage: Footage) -> None:
    def broken(done: int) -> None:
        raise ConnectionResetError("an error of the network, not of the disk")

    with pytest.raises(ConnectionResetError):
        render(spec(footage("bikes")[:3], Size(64, 28)), tmp_path, on_frame=broken)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_full_disk_fails_the_movie_and_leaves_nothing(tmp_path: Path, footage: Footage) -> None:
    """A disk of its own, so small that the movie doesn't fit: a tmpfs in a mount namespace of its own."""
    script = f"""
        from pathlib import Path
        from fractions import Fraction
        from timelapse.rendering.pipeline.errors import DiskFullError
        from timelapse.rendering.pipeline.geometry import Size
        from timelapse.rendering.pipeline.picture import Picture
        from timelapse.rendering.pipeline.render import MovieSpec, render
        folder = Path({str(footage("bikes")[0].parent)!r})
        pictures = [Picture(name=path.name, path=path) for path in sorted(folder.glob("*.jpg"))]
        spec = MovieSpec(pictures=pictures, size=Size(1280, 544), rate=Fraction(30), max_pixels=10**7)
        try:
            render(spec, Path({str(tmp_path)!r}) / "disk" / "7", on_frame=lambda done: None)
        except DiskFullError as error:
            print(error.code, list(Path({str(tmp_path)!r}).glob("disk/7/*")))
    """
    (tmp_path / "disk").mkdir()
    (tmp_path / "script.py").write_text(textwrap.dedent(script))
    mount = f"mount -t tmpfs -o size=300k tmpfs {tmp_path}/disk && exec {sys.executable} {tmp_path}/script.py"
    run = subprocess.run(["unshare", "-m", "sh", "-c", mount], check=False, capture_output=True, text=True)
    if "Operation not permitted" in run.stderr:
        pytest.skip("Only root may mount a disk of its own.")
    assert run.stdout == "disk_full []\n", run.stderr


@pytest.mark.slow
def test_memory_holds_a_few_frames_however_long_the_movie(tmp_path: Path, footage: Footage) -> None:
    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    render(spec(footage("bigbuckbunny")[:40], Size(640, 360)), tmp_path, on_frame=quiet)
    before = peak()
    render(spec(footage("bigbuckbunny") * 3, Size(640, 360), Fraction(30)), tmp_path, on_frame=quiet)
    assert peak() - before < 30_000, "kilobytes; 396 frames of this size would be 270,000"
