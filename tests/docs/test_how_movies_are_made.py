"""The blocks of Python on the page about the pipeline run, one after the other, on pictures."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from moviepy import ColorClip
from PIL import Image

from timelapse.rendering.pipeline.plan import Recipe
from timelapse.rendering.pipeline.verify import inspect

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "how-movies-are-made.md"


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    (tmp_path / "pictures").mkdir()
    for number in range(8):
        grey = np.full((48, 64, 3), number * 30, np.uint8)
        Image.fromarray(grey).save(tmp_path / "pictures" / f"{number}.jpg")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "pictures"


def test_the_code_of_the_page_runs(pictures, capsys):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 2
    more = [Recipe.of(pictures / "7.jpg")]
    given = {"more": more, "title": ColorClip((1440, 1080), color=(0, 0, 90)).with_duration(0.1)}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), given)
    assert len(given["tomorrow"].diff(given["plan"])) == 1
    assert inspect(Path("movie.mp4")).frame_count == 8
    assert capsys.readouterr().out.split()[-1] == "8"
