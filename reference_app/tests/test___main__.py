from __future__ import annotations

import socket
from pathlib import Path

import pytest

from timelapse.__main__ import main
from timelapse.project.stack import film_command
from timelapse.project.stack.film_options import FilmSound
from timelapse.rendering.selection import Selection
from timelapse.rendering.style import Style


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["up", "--port", "99999"],
        ["up", "--port", "http"],
        ["film", "x"],
        ["film", "x", "--out", "y.mp4", "--size", "1281x720"],
        ["film", "x", "--out", "y.mp4", "--size", "wide"],
        ["film", "x", "--out", "y.mp4", "--fps", "0"],
        ["film", "x", "--out", "y.mp4", "--fps", "fast"],
        ["film", "x", "--out", "y.mp4", "--preset", "clouds"],
        ["film", "x", "--out", "y.mp4", "--skip", "boring"],
        ["film", "x", "--out", "y.mp4", "--every", "other"],
        ["film", "x", "--out", "y.mp4", "--volume", "loud"],
    ],
)
def test_a_wrong_command_line_is_explained(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_what_can_not_be_done_is_one_sentence_on_stderr(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("TIMELAPSE_HOME", str(tmp_path / "home"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["up", "--port", str(taken.getsockname()[1])]) == 1
    said = capsys.readouterr().err
    assert said.startswith("timelapse: Port ")
    assert said.count("\n") == 1


def test_options_add_to_a_preset(tmp_path, monkeypatch):
    ordered = []
    monkeypatch.setattr(film_command, "film", lambda _home, options: ordered.append(options))
    arguments = ["--preset", "plants", "--only", "06:00..20:00", "--skip", "blurred", "--every", "3"]
    arguments += ["--steady", "--label", "Tomatoes", "--zoom", "1:2", "--pan", "left:top"]
    assert main(["film", "x", "--out", str(tmp_path / "y.mp4"), *arguments]) == 0
    (options,) = ordered
    assert options.selection == Selection(
        windows=("06:00..20:00",), skip_dark=True, skip_blurred=True, every=3
    )
    zoomed = {"zoom_from": 1, "zoom_to": 2, "pan_from": "left", "pan_to": "top"}
    assert options.style == Style(deflicker=True, steady=True, label_text="Tomatoes", **zoomed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "noonish"], "is no window"),
        (["--label", "富"], "can't write"),
        (["--every", "0"], "every"),
        (["--pan", "left:5"], "no point of a picture"),
        (["--volume", "50"], "Give --audio a file, too"),
        (["--audio-once"], "Give --audio a file, too"),
        (["--audio", "nowhere.mp3"], "There is no file nowhere.mp3"),
        (["--audio", __file__], "is no sound of a known kind"),
    ],
)
def test_impossible_compositions_are_refused_before_anything_starts(
    arguments, said, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("TIMELAPSE_HOME", str(tmp_path / "home"))
    assert main(["film", str(tmp_path), "--out", str(tmp_path / "y.mp4"), *arguments]) == 1
    assert said.lower() in capsys.readouterr().err.lower()
    assert not (tmp_path / "home").exists()


def test_a_sound_is_repeated_unless_it_is_to_be_played_once(tmp_path, monkeypatch):
    ordered = []
    monkeypatch.setattr(film_command, "film", lambda _home, options: ordered.append(options.sound))
    given = ["film", "x", "--out", str(tmp_path / "y.mp4")]
    for arguments in ([], ["--audio", "a.mp3"], ["--audio", "a.mp3", "--audio-once", "--volume", "50"]):
        assert main([*given, *arguments]) == 0
    path = Path("a.mp3")
    assert ordered == [
        None,
        FilmSound(path=path, repeats=True, volume=100),
        FilmSound(path=path, repeats=False, volume=50),
    ]
