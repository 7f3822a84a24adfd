from __future__ import annotations

from eliot_progress.elk.letters import DeadLetters, letters


def test_letters_are_read_back_and_torn_ones_left_out(tmp_path):
    box = DeadLetters(tmp_path / "dead")
    box.add(b'{"n":1}\n', 'odd "quotes"\n')
    with box.path.open("a") as file:
        file.write('{"torn\n"message"\n')
    box.add(b'{"n":2}', "why")
    assert list(letters(box.path)) == [{"n": 1}, {"n": 2}]
    assert box.written == 2


def test_letters_that_cannot_be_kept_are_counted_and_told_once(tmp_path, capsys):
    box = DeadLetters(tmp_path)  # a folder
    box.add(b"{}", "why")
    box.add(b"{}", "why")
    assert (box.written, box.lost) == (0, 2)
    assert capsys.readouterr().err.count("Letters are lost") == 1
