from __future__ import annotations

import socket

import pytest

from timelapse.__main__ import main


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
