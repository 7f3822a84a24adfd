from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from tests.rendering.pipeline import barcodes

from timelapse.rendering.pipeline.errors import NoUsableFramesError, StorageError
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.plan import MovieFormat, Plan, Recipe
from timelapse.rendering.pipeline.rate import exact_rate
from timelapse.rendering.pipeline.render import Rendered, render
from timelapse.rendering.pipeline.sound import NoSoundError, Soundtrack
from timelapse.rendering.pipeline.store import Encoded, SegmentStore

Decode = Callable[[Path], np.ndarray]
Footage = Callable[[str], list[Path]]
MOVIE = barcodes.movie()
HELD = replace(MOVIE, hold=True)


def quiet(done: int) -> None:
    """Nobody watches."""


def plan(paths: list[Path], size: Size, fps: float = 30) -> Plan:
    recipes = [Recipe.of(path) for path in paths]
    return Plan.of(recipes, MovieFormat(size=size, rate=exact_rate(fps)))


class Studio:
    """A folder for the movie, one for the segments, and one for the pictures."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.pictures = folder / "7", folder / "pictures"
        self.store = SegmentStore(folder / "segments")
        self.movie = self.folder / "movie.mp4"

    def render(
        self,
        plan: Plan,
        on_frame: Callable[[int], None] = quiet,
        lanes: int | None = None,
        sound: Soundtrack | None = None,
    ) -> Rendered:
        rendered = render(
            plan,
            self.folder,
            self.store,
            max_pixels=20_000_000,
            on_frame=on_frame,
            lanes=lanes,
            sound=sound,
        )
        rendered.publish()
        return rendered

    def plan(self, *numbers: int) -> Plan:
        return Plan.of(barcodes.recipes(self.pictures, numbers), MOVIE)

    @property
    def sha(self) -> str:
        return hashlib.sha256(self.movie.read_bytes()).hexdigest()


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


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
    studio: Studio,
    footage: Footage,
    decoded: Decode,
    ssim: Callable[[np.ndarray, np.ndarray], float],
) -> None:
    paths = footage(video)
    assert len(paths) == count
    rendered = studio.render(plan(paths, size, fps))
    assert rendered.left_out == ()
    assert rendered.info.frame_count == count
    assert rendered.info.rate == exact_rate(fps)
    assert rendered.info.duration_s == pytest.approx(count / exact_rate(fps))
    frames = decoded(studio.movie)
    assert len(frames) == count
    for path, frame in zip(paths, frames, strict=True):
        with Image.open(path) as image:
            source = np.asarray(image.resize((size.width, size.height), Image.Resampling.LANCZOS))
        assert ssim(source, frame) >= 0.95, path.name


def test_every_frame_is_in_the_movie_once_and_in_order(studio: Studio, decoded: Decode) -> None:
    rendered = studio.render(studio.plan(*range(300)))
    assert rendered.info.frame_count == 300
    assert barcodes.numbers(decoded(studio.movie)) == list(range(300))
    assert sorted(path.name for path in studio.folder.iterdir()) == barcodes.PUBLISHED


def test_another_sound_encodes_no_picture(studio: Studio, sound: Callable[..., Path]) -> None:
    planned = studio.plan(*range(150))
    assert studio.render(planned).encoded == len(planned.segments)
    silent = studio.sha
    for volume in (1.0, 0.5):
        played = Soundtrack(path=sound(), volume=volume)
        assert studio.render(planned, sound=played).encoded == 0
        with av.open(str(studio.movie)) as movie:
            assert [stream.type for stream in movie.streams] == ["video", "audio"]
    assert studio.render(planned).encoded == 0
    assert studio.sha == silent


def test_a_sound_that_is_gone_is_named_and_leaves_no_movie(studio: Studio, tmp_path: Path) -> None:
    with pytest.raises(NoSoundError, match="can't be read"):
        studio.render(studio.plan(*range(5)), sound=Soundtrack(path=tmp_path / "gone"))
    assert list(studio.folder.iterdir()) == []


def test_any_number_of_lanes_makes_the_same_movie(studio: Studio, tmp_path: Path) -> None:
    studio.render(studio.plan(*range(300)), lanes=1)
    other = Studio(tmp_path / "other")
    other.render(studio.plan(*range(300)), lanes=3)
    assert other.sha == studio.sha


@pytest.mark.parametrize("lanes", [1, 3])
def test_what_is_finished_in_a_row_is_reported_to_be_watched(studio: Studio, lanes: int) -> None:
    beginnings: list[list[int]] = []

    def watch(parts: list[Encoded]) -> None:
        assert all(part.path is not None and part.path.exists() for part in parts)
        beginnings.append([part.frames for part in parts])

    whole = studio.plan(*range(300))
    arguments = {"max_pixels": 10_000, "on_frame": quiet, "on_beginning": watch, "lanes": lanes}
    render(whole, studio.folder, studio.store, **arguments).close()
    lengths = [len(segment.recipes) for segment in whole.segments]
    assert beginnings[-1] == lengths
    assert all(beginning == lengths[: len(beginning)] for beginning in beginnings)
    assert [len(one) for one in beginnings] == sorted({len(one) for one in beginnings})
    if lanes == 1:
        assert beginnings[0] == [30], "the first second is there first"


def test_an_unchanged_movie_encodes_nothing_again(studio: Studio) -> None:
    assert studio.render(studio.plan(*range(200))).encoded == len(studio.plan(*range(200)).segments)
    first = studio.sha
    reported: list[int] = []
    assert studio.render(studio.plan(*range(200)), reported.append).encoded == 0
    assert studio.sha == first
    assert reported[0] == 200


def test_frames_more_less_and_other_encode_their_segments_alone(studio: Studio, decoded: Decode) -> None:
    numbers = [number for number in range(600) if number != 300]
    studio.render(studio.plan(*numbers))
    assert studio.render(studio.plan(*range(600))).encoded == 1, "a late one"
    assert studio.render(studio.plan(*range(606))).encoded == 1, "six at the end"
    assert studio.render(studio.plan(*(n for n in range(606) if n != 450))).encoded == 1, "one less"
    Image.fromarray(barcodes.pixels(9000)).save(studio.pictures / "00200.png")
    assert studio.render(studio.plan(*range(606))).encoded == 1, "another one"
    expected = [9000 if number == 200 else number for number in range(606)]
    assert barcodes.numbers(decoded(studio.movie)) == expected


def test_a_stopped_movie_continues_where_it_was(studio: Studio) -> None:
    def stop(done: int) -> None:
        if done >= 200:
            raise KeyboardInterrupt

    whole = studio.plan(*range(300))
    with pytest.raises(KeyboardInterrupt):
        studio.render(whole, stop, lanes=1)
    assert not studio.movie.exists()
    assert list(studio.folder.iterdir()) == []
    kept = sum(studio.store.find(segment) is not None for segment in whole.segments)
    assert kept > 0
    assert list(studio.store.folder.glob("*.part")) == []
    assert studio.render(whole).encoded == len(whole.segments) - kept


def test_a_stored_segment_that_was_damaged_is_encoded_again(studio: Studio, decoded: Decode) -> None:
    studio.render(studio.plan(*range(200)))
    first = studio.sha
    one = sorted(studio.store.folder.glob("*.mp4"))[1]
    one.write_bytes(one.read_bytes()[: one.stat().st_size // 2])
    assert studio.render(studio.plan(*range(200))).encoded == 1
    assert studio.sha == first


def test_unusable_pictures_are_left_out_by_name_and_not_tried_again(studio: Studio, decoded: Decode) -> None:
    damaged, missing, changed = (studio.pictures / f"{n:05}.png" for n in (4, 150, 299))
    studio.plan(*range(300))
    damaged.write_bytes(damaged.read_bytes()[:-40])
    whole = studio.plan(*range(300))
    missing.unlink()
    changed.write_bytes((studio.pictures / "00001.png").read_bytes())
    reported: list[int] = []
    rendered = studio.render(whole, reported.append)
    assert [(left.name, left.code) for left in rendered.left_out] == [
        ("00004.png", "damaged"),
        ("00150.png", "missing"),
        ("00299.png", "changed"),
    ]
    assert barcodes.numbers(decoded(studio.movie)) == [n for n in range(300) if n not in {4, 150, 299}]
    assert reported[-1] == 300
    again = studio.render(whole)
    assert again.left_out == rendered.left_out
    assert again.encoded == 2, "what is missing or changed now may come back"


def test_unusable_pictures_are_shown_as_the_one_before_if_they_are_held(
    studio: Studio, decoded: Decode
) -> None:
    whole = studio.plan(*range(200))
    plan = Plan.of([recipe for segment in whole.segments for recipe in segment.recipes], HELD)
    lengths = [len(segment.recipes) for segment in plan.segments]
    begins = lengths[0]
    for number in (0, 1, 7, 8, begins, 199):
        (studio.pictures / f"{number:05}.png").write_bytes(b"broken")
    recipes = barcodes.recipes(studio.pictures, range(200))
    plan = Plan.of(recipes, HELD)
    reported: list[int] = []
    rendered = studio.render(plan, on_frame=reported.append)
    shown = list(range(200))
    shown[0] = shown[1] = 2  # none is before them
    shown[7] = shown[8] = 6
    shown[begins] = begins - 1  # of the segment before
    shown[199] = 198
    assert barcodes.numbers(decoded(studio.movie)) == shown
    assert len(rendered.left_out) == 6
    assert reported[-1] == max(reported) == 200
    again = studio.render(plan)
    assert (again.encoded, again.left_out) == (0, rendered.left_out)
    kept = studio.sha
    for path in studio.store.folder.iterdir():
        path.unlink()
    studio.render(plan)
    assert studio.sha == kept


def test_what_is_held_from_the_segment_before_is_another_when_that_changes(
    studio: Studio, decoded: Decode
) -> None:
    studio.plan(*range(200))
    begins = len(Plan.of(barcodes.recipes(studio.pictures, range(200)), HELD).segments[0].recipes)
    for number in (begins, begins + 1):
        (studio.pictures / f"{number:05}.png").write_bytes(b"broken")

    def shown() -> list[int]:
        numbers = barcodes.numbers(decoded(studio.movie))
        return numbers[begins - 2 : begins + 3]

    studio.render(Plan.of(barcodes.recipes(studio.pictures, range(200)), HELD))
    assert shown() == [begins - 2, begins - 1, begins - 1, begins - 1, begins + 2]
    # The last of the segment before turns out to be damaged, too: another picture is held.
    (studio.pictures / f"{begins - 1:05}.png").write_bytes(b"broken, too")
    plan = Plan.of(barcodes.recipes(studio.pictures, range(200)), HELD)
    assert studio.render(plan).encoded == 2
    assert shown() == [begins - 2, begins - 2, begins - 2, begins - 2, begins + 2]
    assert studio.render(plan).encoded == 0
    # Whether it was encoded together with others or alone, it is the same segment.
    kept = studio.sha
    for path in studio.store.folder.iterdir():
        path.unlink()
    studio.render(plan)
    assert studio.sha == kept


def test_a_movie_that_begins_there_has_nothing_before_and_spoils_nothing(
    studio: Studio, decoded: Decode
) -> None:
    studio.plan(*range(200))
    begins = len(Plan.of(barcodes.recipes(studio.pictures, range(200)), HELD).segments[0].recipes)
    (studio.pictures / f"{begins:05}.png").write_bytes(b"broken")
    recipes = barcodes.recipes(studio.pictures, range(200))
    studio.render(Plan.of(recipes[begins:], HELD, quick_start=False))
    assert barcodes.numbers(decoded(studio.movie))[:2] == [begins + 1, begins + 1]
    studio.render(Plan.of(recipes, HELD))
    assert barcodes.numbers(decoded(studio.movie))[begins - 1 : begins + 2] == [
        begins - 1,
        begins - 1,
        begins + 1,
    ]


def test_a_segment_without_any_usable_picture_holds_nothing(studio: Studio, decoded: Decode) -> None:
    studio.plan(*range(200))
    for number in range(30):
        (studio.pictures / f"{number:05}.png").write_bytes(b"broken")
    reported: list[int] = []
    plan = Plan.of(barcodes.recipes(studio.pictures, range(200)), HELD)
    rendered = studio.render(plan, on_frame=reported.append)
    assert barcodes.numbers(decoded(studio.movie)) == list(range(30, 200))
    assert len(rendered.left_out) == 30
    assert reported[-1] == 200


def test_pictures_that_are_the_same_are_shown_as_often(studio: Studio, decoded: Decode) -> None:
    one, other = barcodes.recipes(studio.pictures, [1, 2])
    still = [Recipe(name=one.name, path=one.path, sha256=one.sha256)] * 360
    rendered = studio.render(Plan.of([*still, other], MOVIE))
    assert rendered.info.frame_count == 361
    assert barcodes.numbers(decoded(studio.movie)) == [1] * 360 + [2]


def test_only_the_movie_and_its_poster_are_left_in_the_folder(studio: Studio, footage: Footage) -> None:
    studio.render(plan(footage("bikes")[:10], Size(320, 136)))
    with Image.open(studio.folder / "poster.jpg") as poster:
        assert poster.size == (320, 136)


def test_a_movie_that_is_given_up_leaves_nothing(studio: Studio) -> None:
    render(studio.plan(1, 2), studio.folder, studio.store, max_pixels=10_000, on_frame=quiet).close()
    assert list(studio.folder.iterdir()) == []


def test_mixed_sizes_and_turned_pictures_fill_one_movie(
    tmp_path: Path, studio: Studio, decoded: Decode
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (1600, 900), (200, 0, 0)).save(tmp_path / "1.jpg")
    Image.new("RGB", (90, 160), (0, 200, 0)).save(tmp_path / "2.jpg", exif=exif)
    Image.new("RGB", (300, 300), (0, 0, 200)).save(tmp_path / "3.png")
    paths = [tmp_path / name for name in ("1.jpg", "2.jpg", "3.png")]
    studio.render(plan(paths, Size(320, 180)))
    red, green, blue = decoded(studio.movie)
    assert [int(frame[90, 160].argmax()) for frame in (red, green, blue)] == [0, 1, 2]
    assert red[:, 4].mean() > 50, "the same shape has no bars"
    assert green[:, 4].mean() > 50, "turned upright it has the movie's shape"
    assert blue[:, 4].mean() < 5, "a square lies between black bars"


def test_a_movie_of_one_frame_is_a_movie(studio: Studio) -> None:
    recipes = barcodes.recipes(studio.pictures, [5])
    rendered = studio.render(Plan.of(recipes, barcodes.movie(10)))
    assert rendered.info.frame_count == 1
    assert rendered.info.duration_s == pytest.approx(0.1)


def test_pictures_of_which_none_can_be_read_make_an_error_and_leave_nothing(studio: Studio) -> None:
    studio.pictures.mkdir()
    (studio.pictures / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(NoUsableFramesError, match=r"^The picture could not be read\. a\.jpg: "):
        studio.render(plan([studio.pictures / "a.jpg"], Size(64, 48)))
    assert list(studio.folder.iterdir()) == []


def test_stopping_leaves_the_movie_of_before_and_nothing_else(studio: Studio) -> None:
    studio.render(studio.plan(*range(5)))
    before = studio.sha

    def stop(done: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        studio.render(studio.plan(*range(10, 60)), stop)
    assert studio.sha == before
    assert sorted(path.name for path in studio.folder.iterdir()) == barcodes.PUBLISHED


@pytest.mark.parametrize("packet", [1, 40, 61, 120], ids=["join", "last joined", "check", "last checked"])
def test_stopping_while_segments_are_joined_or_the_movie_is_checked_leaves_the_movie_of_before(
    studio: Studio, packet: int
) -> None:
    studio.render(studio.plan(*range(5)))
    before, packets = studio.sha, 0

    def stop() -> None:
        nonlocal packets
        packets += 1
        if packets == packet:
            raise KeyboardInterrupt

    whole = studio.plan(*range(10, 70))
    with pytest.raises(KeyboardInterrupt):
        render(whole, studio.folder, studio.store, max_pixels=10_000, on_frame=quiet, on_packet=stop)
    assert studio.sha == before
    assert sorted(path.name for path in studio.folder.iterdir()) == barcodes.PUBLISHED
    assert studio.store.frames_done(whole) == 60, "the segments are kept"


def test_what_a_killed_attempt_left_behind_is_swept(studio: Studio) -> None:
    (studio.folder / ".rendering-of-a-killed-worker").mkdir(parents=True)
    (studio.folder / ".rendering-of-a-killed-worker" / "movie.mp4").write_bytes(b"half")
    studio.render(studio.plan(1, 2))
    assert sorted(path.name for path in studio.folder.iterdir()) == barcodes.PUBLISHED


def test_an_unwritable_folder_is_reported_with_the_systems_reason(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder, in which even root can't write")
    with pytest.raises(StorageError, match="can't be stored: Not a directory"):
        render(studio.plan(1), tmp_path / "file" / "7", studio.store, max_pixels=10_000, on_frame=quiet)


def test_what_the_watcher_raises_is_raised_as_it_is(studio: Studio) -> None:
    def broken(done: int) -> None:
        raise ConnectionResetError("an error of the network, not of the disk")

    with pytest.raises(ConnectionResetError):
        studio.render(studio.plan(1, 2, 3), broken)
    assert list(studio.folder.iterdir()) == []


@pytest.mark.slow
def test_a_full_disk_fails_the_movie_and_leaves_nothing(tmp_path: Path, footage: Footage) -> None:
    """A disk of its own, so small that the movie doesn't fit: a tmpfs in a mount namespace of its own."""
    script = f"""
        from pathlib import Path
        from fractions import Fraction
        from timelapse.rendering.pipeline.errors import DiskFullError
        from timelapse.rendering.pipeline.geometry import Size
        from timelapse.rendering.pipeline.plan import MovieFormat, Plan, Recipe
        from timelapse.rendering.pipeline.render import render
        from timelapse.rendering.pipeline.store import SegmentStore
        folder, disk = Path({str(footage("bikes")[0].parent)!r}), Path({str(tmp_path)!r}) / "disk"
        recipes = [Recipe.of(path) for path in sorted(folder.glob("*.jpg"))]
        plan = Plan.of(recipes, MovieFormat(size=Size(640, 272), rate=Fraction(30)))
        try:
            store = SegmentStore(disk / sys.argv[1])
            render(plan, disk / "7", store, max_pixels=10**7, on_frame=lambda done: None)
        except DiskFullError as error:
            print(error.code, list(disk.glob("7/*")), list(store.folder.glob("*.part")))
    """
    (tmp_path / "disk").mkdir()
    (tmp_path / "script.py").write_text("import sys\n" + textwrap.dedent(script))
    for where, size in (("segments", "100k"), ("../outside", "200k")):
        run_it = f"exec {sys.executable} {tmp_path}/script.py {where}"
        mount = f"mount -t tmpfs -o size={size} tmpfs {tmp_path}/disk && {run_it}"
        run = subprocess.run(
            # Whoever isn't root is root in a user namespace, where the system has those.
            ["unshare", *["--map-root-user"] * (os.geteuid() != 0), "-m", "sh", "-c", mount],
            check=False,
            capture_output=True,
            text=True,
        )
        if "Operation not permitted" in run.stderr:
            pytest.skip("This system lets nobody but root mount a disk of its own.")
        assert run.stdout == "disk_full [] []\n", run.stderr


@pytest.mark.slow
def test_memory_holds_a_few_frames_however_long_the_movie(studio: Studio, footage: Footage) -> None:
    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    studio.render(plan(footage("bigbuckbunny"), Size(640, 360)))
    before = peak()
    studio.render(plan(footage("bigbuckbunny") * 3, Size(640, 360), 25))
    assert peak() - before < 30_000, "kilobytes; 396 frames of this size would be 270,000"


def test_the_straight_way_doesnt_import_moviepy() -> None:
    found = "import sys, timelapse.rendering.pipeline.render as r; print('moviepy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", found], check=True, capture_output=True, text=True)
    assert run.stdout == "False\n"
