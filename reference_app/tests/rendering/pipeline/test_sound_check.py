from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from timelapse.rendering.pipeline.sound import NoSoundError
from timelapse.rendering.pipeline.sound_check import check_sound

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENOUGH = {"max_bytes": 512_000_000, "seconds": 20}


def test_a_process_of_its_own_says_how_long_a_sound_is(sound: Callable[..., Path]) -> None:
    assert check_sound(sound(2.5), **ENOUGH) == pytest.approx(2.5)


def test_a_refusal_arrives_with_its_remedy(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_text("no sound")
    with pytest.raises(NoSoundError) as refused:
        check_sound(path, **ENOUGH)
    assert (refused.value.code, refused.value.remedy) == (NoSoundError.code, NoSoundError.remedy)
