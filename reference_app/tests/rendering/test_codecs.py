"""Movies in AV1: the same segments, keys and checks as in H.264."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from tests.rendering.pipeline import barcodes

from timelapse.rendering import codecs
from timelapse.rendering.codecs import ENCODERS
from timelapse.rendering.pipeline import encode, hls
from timelapse.rendering.pipeline.encode import write_segment
from timelapse.rendering.pipeline.errors import BadMovieError, EncoderError
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.plan import MovieFormat, Plan, Segment
from timelapse.rendering.pipeline.render import render
from timelapse.rendering.pipeline.scale import to_frame
from timelapse.rendering.pipeline.store import SegmentStore
from timelapse.rendering.pipeline.verify import check_segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

    Decode = Callable[[Path], NDArray[np.uint8]]

AV1 = MovieFormat(
    size=barcodes.SIZE,
    rate=Fraction(30),
    codec="av1",
    preset=ENCODERS["av1"].preset,
    crf=ENCODERS["av1"].crf,
)
pytestmark = pytest.mark.skipif(codecs.missing("av1") is not None, reason=str(codecs.missing("av1")))


def quiet(*_: object) -> None:
    """Nobody watches."""


def coded(count: int) -> Iterator[VideoFrame]:
    return (to_frame(barcodes.pixels(number), barcodes.SIZE) for number in range(count))


@pytest.mark.parametrize(("count", "fps"), [(1, 30), (2, 23.976), (61, 30), (130, 60), (3, 0.1)])
def test_a_segment_has_each_frame_at_its_time(tmp_path: Path, count: int, fps: float) -> None:
    movie = replace(AV1, rate=barcodes.movie(fps).rate)
    assert write_segment(coded(count), tmp_path / "a.mp4", movie, on_frame=quiet) == count
    check_segment(tmp_path / "a.mp4", count, movie)
    with pytest.raises(BadMovieError, match="codec is av1, not h264"):
        check_segment(tmp_path / "a.mp4", count, replace(movie, codec="h264"))


@pytest.mark.parametrize("size", [Size(16, 16), Size(66, 34), Size(320, 240)])
def test_the_same_frames_give_the_same_bytes_at_any_size(tmp_path: Path, size: Size) -> None:
    random = np.random.default_rng(7)
    noise = [random.integers(0, 255, (size.height, size.width, 3), dtype=np.uint8) for _ in range(20)]
    for name in ("a.mp4", "b.mp4"):
        frames = (to_frame(pixels, size) for pixels in noise)
        write_segment(frames, tmp_path / name, replace(AV1, size=size), on_frame=quiet)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_keyframes_are_as_often_as_in_h264_and_decode_alone(tmp_path: Path) -> None:
    write_segment(coded(150), tmp_path / "a.mp4", AV1, on_frame=quiet)
    with av.open(str(tmp_path / "a.mp4")) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    found = [number for number, packet in enumerate(packets) if packet.is_keyframe]
    assert found == list(range(0, 150, AV1.keyframe_every))


def test_a_movie_is_rendered_and_another_frame_encodes_one_segment(tmp_path: Path, decoded: Decode) -> None:
    store = SegmentStore(tmp_path / "segments")

    def rendered(count: int) -> int:
        plan = Plan.of(barcodes.recipes(tmp_path / "pictures", range(count)), AV1)
        made = render(plan, tmp_path / "movie", store, max_pixels=10_000, on_frame=quiet)
        assert made.info.codec == "av1"
        made.publish()
        return made.encoded

    assert rendered(130) > 1
    assert barcodes.numbers(decoded(tmp_path / "movie" / "movie.mp4")) == list(range(130))
    assert rendered(130) == 0
    assert rendered(131) == 1
    assert sorted(path.name for path in (tmp_path / "movie").iterdir()) == barcodes.PUBLISHED


def test_a_segment_has_another_key_than_in_h264_and_h264_keeps_its_own(tmp_path: Path) -> None:
    recipes = barcodes.recipes(tmp_path / "pictures", range(3))
    h264 = barcodes.movie()
    assert Segment.of(recipes, AV1).key != Segment.of(recipes, replace(h264, preset="8", crf=AV1.crf)).key
    assert "codec" not in h264.to_json()
    assert MovieFormat.from_json(AV1.to_json()) == AV1


def test_its_pieces_can_be_streamed_one_after_the_other(tmp_path: Path, decoded: Decode) -> None:
    movie = b""
    for number in range(2):
        frames = (to_frame(barcodes.pixels(number * 40 + each), barcodes.SIZE) for each in range(40))
        write_segment(frames, tmp_path / "a.mp4", AV1, on_frame=quiet)
        segment = (tmp_path / "a.mp4").read_bytes()
        movie = movie or hls.init(segment)
        movie += hls.piece(segment, number, number * 40, AV1)
    (tmp_path / "streamed.mp4").write_bytes(movie)
    assert barcodes.numbers(decoded(tmp_path / "streamed.mp4")) == list(range(80))


def test_who_stops_it_is_answered_at_once_and_leaves_no_encoder_behind(tmp_path: Path) -> None:
    def stop_at_ten() -> None:
        nonlocal done
        done += 1
        if done == 10:
            raise InterruptedError

    done = 0
    with pytest.raises(InterruptedError):
        write_segment(coded(100), tmp_path / "a.mp4", AV1, on_frame=stop_at_ten)
    assert done == 10


def test_without_its_encoder_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = codecs.Encoder(name="no_such_encoder", preset="8", crf=30)
    monkeypatch.setitem(encode.ENCODERS, "av1", lacking)
    with pytest.raises(EncoderError, match="has no encoder no_such_encoder"):
        write_segment(coded(1), tmp_path / "a.mp4", AV1, on_frame=quiet)
    codecs.missing.cache_clear()
    try:
        assert codecs.missing("av1") == "the encoder no_such_encoder"
    finally:
        codecs.missing.cache_clear()
