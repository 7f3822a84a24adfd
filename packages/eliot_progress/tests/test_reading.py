from __future__ import annotations

import json

import pytest

from eliot_progress.reading import Tail, read


def line(n):
    return json.dumps({"n": n}).encode() + b"\n"


def test_torn_and_foreign_lines_are_skipped(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(line(1) + b'{"n": 2\nplain text\n[1]\n\xff\n' + line(3) + b'{"n": 4')
    assert [m["n"] for m in read(path)] == [1, 3]


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(read(tmp_path / "log"))


def test_a_tail_gives_what_was_appended_since(tmp_path):
    path = tmp_path / "log"
    tail = Tail(path)
    assert tail.read_new() == []
    path.write_bytes(line(1) + line(2)[:4])
    assert [m["n"] for m in tail.read_new()] == [1]
    with path.open("ab") as file:
        file.write(line(2)[4:])
    assert [m["n"] for m in tail.read_new()] == [2]
    assert tail.read_new() == []


def test_a_tail_follows_a_rotated_and_a_truncated_file(tmp_path):
    path = tmp_path / "log"
    tail = Tail(path)
    path.write_bytes(line(1) * 3)
    assert len(tail.read_new()) == 3
    path.rename(tmp_path / "log.1")
    path.write_bytes(line(2))
    assert [m["n"] for m in tail.read_new()] == [2]
    path.write_bytes(b"")
    assert tail.read_new() == []
    path.write_bytes(line(3))
    assert [m["n"] for m in tail.read_new()] == [3]
