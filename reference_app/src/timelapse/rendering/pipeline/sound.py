"""A movie's sound: read from a file of a known kind, fitted to the movie's length, and encoded as AAC.

Nothing is whole in memory: sound is decoded, changed and encoded a tenth of a second at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from timelapse.rendering.pipeline.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet
    from numpy.typing import NDArray

    #: Both channels (2, samples), from -1 to 1.
    Samples = NDArray[np.float32]

#: Samples a second of a movie's sound, and bits a second that they are encoded in.
SAMPLE_RATE: Final = 48_000
BIT_RATE: Final = 160_000
#: How long the sound fades at the end of the movie, seconds; of a short movie, a third of it.
FADE_S: Final = 2.0
_SHORT: Final = 3
_LAYOUT, _FORMAT = "stereo", "fltp"
#: ffmpeg's name of each kind, by how its files begin: it never guesses, so that none is a playlist of others.
_MAGICS: Final = (
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
)
_MP3_SYNC: Final = 0xFF
#: The second byte of an MP3 without tags: MPEG 1 or 2, layer III.
_MP3_LAYERS: Final = frozenset((0xFB, 0xFA, 0xF3, 0xF2))


class NoSoundError(RenderError):
    """A file is no sound that can be used."""

    code = "sound_unusable"
    remedy = "Choose an MP3, WAV, FLAC, Ogg or M4A file that plays elsewhere, or save it anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundtrack:
    """A file of sound, and how a movie plays it: again and again with ``repeats``, else once.

    ``volume`` is a factor: 1 is as loud as the file.
    """

    path: Path
    repeats: bool = True
    volume: float = 1.0


def kind_of_sound(begin: bytes) -> str | None:
    """Return ffmpeg's name of the kind of a file that begins so, whatever its name says; None: unknown."""
    if begin.startswith(b"RIFF") and begin[8:12] == b"WAVE":
        return "wav"
    if begin[4:8] == b"ftyp":
        return "mov"
    if len(begin) > 1 and begin[0] == _MP3_SYNC and begin[1] in _MP3_LAYERS:
        return "mp3"
    return next((kind for magic, kind in _MAGICS if begin.startswith(magic)), None)


def samples_of(path: Path) -> Iterator[Samples]:
    """Yield the sound of a file piece by piece, as stereo of `SAMPLE_RATE`.

    Raises:
        NoSoundError: it is of no known kind, has no sound, or is damaged.
    """
    resampler = AudioResampler(format=_FORMAT, layout=_LAYOUT, rate=SAMPLE_RATE)
    try:
        with path.open("rb") as file:
            kind = kind_of_sound(file.read(16))
            if kind is None:
                raise NoSoundError("The file is no sound of a known kind.")
            file.seek(0)
            with av.open(file, "r", format=kind) as container:
                if not container.streams.audio:
                    raise NoSoundError("The file has no sound.")
                stream = container.streams.audio[0]
                stream.codec_context.thread_count = 1
                for frame in container.decode(stream):
                    yield from _arrays(resampler.resample(frame))
                yield from _arrays(resampler.resample(None))
    except av.FFmpegError as error:
        raise NoSoundError("The file is damaged: not all of its sound can be decoded.") from error
    except OSError as error:
        raise NoSoundError(f"The file of the sound can't be read: {error.strerror}.") from error


def length_of(path: Path, *, at_most_s: float) -> float:
    """Decode a whole file and return its length, seconds; beyond ``at_most_s`` it is read no further.

    Raises:
        NoSoundError: it is no sound that can be used, or longer.
    """
    samples = 0
    for piece in samples_of(path):
        samples += piece.shape[1]
        if samples > at_most_s * SAMPLE_RATE:
            raise NoSoundError(
                f"The sound is longer than {at_most_s / 60:g} minutes.",
                code="sound_too_long",
                remedy="Choose a shorter one: it can be repeated until the movie ends.",
            )
    if samples == 0:
        raise NoSoundError("The file has no sound.")
    return samples / SAMPLE_RATE


class SoundWriter:
    """Encodes a movie's sound into its file, no further than the pictures are."""

    def __init__(self, target: OutputContainer, sound: Soundtrack, length: Fraction) -> None:
        """Add a stream to ``target``, before anything is written to it, of ``length`` seconds."""
        self._target = target
        self._stream: AudioStream = target.add_stream("aac", rate=SAMPLE_RATE, layout=_LAYOUT)
        self._stream.bit_rate = BIT_RATE
        self._packets = self._encoded(sound, round(length * SAMPLE_RATE))
        self._written_s = Fraction(0)

    def write_until(self, second: Fraction | None) -> None:
        """Write what is played before a time of the movie; None: all that is left. Raises NoSoundError."""
        while second is None or self._written_s < second:
            packet = next(self._packets, None)
            if packet is None:
                return
            self._written_s = Fraction(packet.dts or 0) * (packet.time_base or 0)
            self._target.mux(packet)

    def _encoded(self, sound: Soundtrack, total: int) -> Iterator[Packet[AudioStream]]:
        at = 0
        for piece in fitted(sound, total):
            frame = AudioFrame.from_ndarray(np.ascontiguousarray(piece), _FORMAT, _LAYOUT)
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at, Fraction(1, SAMPLE_RATE)
            at += piece.shape[1]
            yield from self._stream.encode(frame)
        yield from self._stream.encode(None)


def fitted(sound: Soundtrack, total: int) -> Iterator[Samples]:
    """Yield exactly ``total`` samples: as loud as asked for, faded at the end, with silence after one play.

    Raises:
        NoSoundError: the file can't be used any more.
    """
    fade = min(round(FADE_S * SAMPLE_RATE), total // _SHORT)
    at = 0
    for piece in _played(sound):
        part = piece[:, : total - at] * np.float32(sound.volume)
        left = np.arange(total - at, total - at - part.shape[1], -1, dtype=np.float32)
        part *= np.minimum(1, left / max(fade, 1))
        yield np.clip(part, -1, 1)
        at += part.shape[1]
        if at >= total:
            return
    while at < total:
        silence = np.zeros((2, min(SAMPLE_RATE // 10, total - at)), np.float32)
        yield silence
        at += silence.shape[1]


def _played(sound: Soundtrack) -> Iterator[Samples]:
    while True:
        played = False
        for piece in samples_of(sound.path):
            played = played or piece.shape[1] > 0
            yield piece
        if not (sound.repeats and played):
            return


def _arrays(frames: list[AudioFrame]) -> Iterator[Samples]:
    for frame in frames:
        yield frame.to_ndarray().astype(np.float32, copy=False)
