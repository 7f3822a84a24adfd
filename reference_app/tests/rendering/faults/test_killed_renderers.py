"""Renderers killed at random moments, for real: what they made is the movie of one that nobody killed."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.rendering.pipeline import barcodes

from timelapse.rendering.pipeline.plan import Plan
from timelapse.rendering.pipeline.render import render
from timelapse.rendering.pipeline.store import SegmentStore

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

FRAMES, KILLS = 600, 20
ROOT = Path(__file__).parents[3]


def sha(movie: Path) -> str:
    return hashlib.sha256(movie.read_bytes()).hexdigest()


@pytest.mark.slow
def test_a_movie_whose_renderers_were_killed_is_the_same_byte_for_byte(
    tmp_path: Path, decoded: Callable[[Path], np.ndarray]
) -> None:
    plan = Plan.of(barcodes.recipes(tmp_path / "pictures", range(FRAMES)), barcodes.movie())
    whole = SegmentStore(tmp_path / "whole-segments")
    render(plan, tmp_path / "whole", whole, max_pixels=10_000, on_frame=lambda _: None).publish()

    (tmp_path / "plan.json").write_text(json.dumps(plan.to_json()))
    paths = [str(tmp_path / name) for name in ("plan.json", "killed", "killed-segments")]
    chance = random.Random(20261128)
    killed_at = [
        _kill_at(chance.randrange(1, FRAMES), [*paths, str(chance.choice([1, 2, 3]))]) for _ in range(KILLS)
    ]
    assert any(0 < done < FRAMES for done in killed_at)
    movie = tmp_path / "killed" / "movie.mp4"
    assert not movie.exists() or sha(movie) == sha(tmp_path / "whole" / "movie.mp4"), "never half of it"

    store = SegmentStore(tmp_path / "killed-segments")
    store.sweep(10**9)
    kept = {path.name for path in store.folder.iterdir()}
    assert kept, "the killed ones left whole segments"
    assert kept <= {path.name for path in whole.folder.iterdir()}
    assert all((store.folder / name).read_bytes() == (whole.folder / name).read_bytes() for name in kept)

    rendered = render(plan, tmp_path / "killed", store, max_pixels=10_000, on_frame=lambda _: None)
    rendered.publish()
    assert rendered.encoded == len(plan.segments) - len(kept)
    assert sha(movie) == sha(tmp_path / "whole" / "movie.mp4")
    assert barcodes.numbers(decoded(movie)) == list(range(FRAMES))


def _kill_at(frames: int, arguments: list[str]) -> int:
    """Start a renderer, kill it when it has reported so many frames of its own; return how far it was."""
    command = [sys.executable, "-m", "tests.rendering.faults.rendering", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as renderer:
        assert renderer.stdout is not None
        done = first = int(renderer.stdout.readline())
        for line in renderer.stdout:
            done = int(line)
            if done - first >= min(frames, FRAMES - first - 5) // 3:
                break
        renderer.kill()
    return done
