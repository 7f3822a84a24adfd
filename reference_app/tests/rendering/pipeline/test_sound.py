from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from timelapse.rendering.pipeline.sound import (
    FADE_S,
    SAMPLE_RATE,
    NoSoundError,
    Soundtrack,
    fitted,
    length_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Sound = Callable[..., Path]


def loudness(soundtrack: Soundtrack, seconds: float) -> np.ndarray:
    """The greatest loudness of each tenth of a second."""
    total = round(seconds * SAMPLE_RATE)
    whole = np.concatenate(list(fitted(soundtrack, total)), axis=1)
    assert whole.shape == (2, total)
    return np.abs(whole).reshape(2, -1, SAMPLE_RATE // 10).max(axis=(0, 2))


@pytest.mark.parametrize("name", ["tone.wav", "tone.flac", "tone.ogg", "tone.mp3", "tone.m4a"])
def test_a_sound_of_each_kind_is_read_to_its_end_whatever_its_name(sound: Sound, name: str) -> None:
    path = sound(1.5, name)
    nameless = shutil.copy(path, path.with_name("picture.jpg"))
    assert length_of(nameless, at_most_s=2) == pytest.approx(1.5, abs=0.05)


def test_a_short_sound_is_repeated_until_the_movie_ends_and_fades_there(sound: Sound) -> None:
    loud = loudness(Soundtrack(path=sound(0.7)), 10.0)
    assert loud[: -round(10 * FADE_S)] == pytest.approx(0.5, abs=0.01)
    assert np.all(np.diff(loud[-round(10 * FADE_S) :]) < 0)
    assert loud[-1] < 0.05


def test_a_long_sound_is_cut(sound: Sound) -> None:
    loud = loudness(Soundtrack(path=sound(9.0), repeats=False), 3.0)
    assert loud[0] == pytest.approx(0.5, abs=0.01)
    assert loud[-1] < 0.05


def test_a_sound_that_is_played_once_is_followed_by_silence(sound: Sound) -> None:
    loud = loudness(Soundtrack(path=sound(1.0), repeats=False), 4.0)
    assert loud[:10] == pytest.approx(0.5, abs=0.01)
    assert not loud[10:].any()


@pytest.mark.parametrize(("volume", "expected"), [(0.5, 0.25), (2.0, 1.0), (3.0, 1.0)])
def test_the_volume_is_a_factor_and_nothing_is_louder_than_can_be(
    sound: Sound, volume: float, expected: float
) -> None:
    loud = loudness(Soundtrack(path=sound(), volume=volume), 4.0)
    assert loud[:20] == pytest.approx(expected, abs=0.01)


def test_a_movie_of_one_frame_has_sound_too(sound: Sound) -> None:
    whole = np.concatenate(list(fitted(Soundtrack(path=sound()), 400)), axis=1)
    assert whole.shape == (2, 400)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sound_unusable"),
        (b"<html>no sound</html>", "sound_unusable"),
        (b"#EXTM3U\n/etc/passwd\n", "sound_unusable"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "sound_unusable"),
        (b"ID3" + bytes(500), "sound_unusable"),
        (b"fLaC" + bytes(500), "sound_unusable"),
    ],
)
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    with pytest.raises(NoSoundError) as refused:
        length_of(path, at_most_s=10)
    assert refused.value.code == code


def test_a_sound_without_a_sample_is_refused(sound: Sound) -> None:
    with pytest.raises(NoSoundError, match="no sound"):
        length_of(sound(0), at_most_s=10)


def test_a_sound_that_is_too_long_is_read_no_further(sound: Sound) -> None:
    with pytest.raises(NoSoundError) as refused:
        length_of(sound(3), at_most_s=2)
    assert refused.value.code == "sound_too_long"


def test_a_damaged_sound_is_refused(sound: Sound) -> None:
    path = sound(2, "tone.flac")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    path.write_bytes(content)
    with pytest.raises(NoSoundError, match="damaged"):
        length_of(path, at_most_s=10)
