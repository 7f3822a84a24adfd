from __future__ import annotations

import pytest

from timelapse.project.stack.errors import StackError
from timelapse.project.stack.film_command import film
from timelapse.project.stack.film_options import FilmOptions


def order(tmp_path, **changes):
    footage = tmp_path / "footage"
    footage.mkdir(exist_ok=True)
    return FilmOptions(
        **{"footage": footage, "out": tmp_path / "movie.mp4", "fps": 30.0, "size": (1280, 720)} | changes
    )


@pytest.mark.parametrize(
    ("out", "said"),
    [("movie.avi", "ends in .mp4"), ("nowhere/movie.mp4", "no folder"), ("folder.mp4", "Can't write")],
)
def test_a_movie_that_has_no_place_is_refused_before_anything_starts(tmp_path, out, said):
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(StackError, match=said):
        film(tmp_path / "home", order(tmp_path, out=tmp_path / out))
    assert not (tmp_path / "home").exists()


def test_footage_that_is_not_there_is_refused_before_anything_starts(tmp_path):
    with pytest.raises(StackError, match="Give a folder of pictures, or a video file"):
        film(tmp_path / "home", order(tmp_path, footage=tmp_path / "nowhere"))
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty", "There are no pictures in .*empty and the folders in it"),
        ("page.jpg", "neither a folder nor a picture"),
    ],
)
def test_footage_without_a_picture_is_refused_before_anything_starts(tmp_path, name, said):
    (tmp_path / "empty").mkdir()
    (tmp_path / "page.jpg").write_text("<html>not a picture</html>")
    with pytest.raises(StackError, match=said):
        film(tmp_path / "home", order(tmp_path, footage=tmp_path / name))
    assert list((tmp_path / "home" / "film").iterdir()) == []
    assert not list((tmp_path / "home").rglob("*.log"))
