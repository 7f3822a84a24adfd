from __future__ import annotations

import json
import shutil
import time

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


def numbers(tail):
    return [message["n"] for message in tail.read_new()]


def append(path, *lines):
    with path.open("ab") as file:
        file.write(b"".join(lines))


class Clock:
    """Seconds since 1970, far enough from now that no rotation is recent."""

    def __init__(self):
        self.now = time.time() + 3600

    def __call__(self):
        return self.now


def copied_and_truncated(path):
    shutil.copy(path, path.with_name(path.name + ".1"))
    path.write_bytes(b"")


ROTATIONS = [
    lambda path: path.rename(path.with_name(path.name + ".1")),
    lambda path: path.rename(path.with_name(f"{path.stem}-20261128{path.suffix}")),
    copied_and_truncated,
]


@pytest.mark.parametrize("name", ["log.jsonl", "app[1].jsonl", "a*b?.jsonl", "[!x]"])
@pytest.mark.parametrize("rotate", ROTATIONS)
def test_what_stood_before_a_rotation_comes_first_whatever_the_file_is_called(tmp_path, name, rotate):
    path = tmp_path / name
    append(tmp_path / "log.jsonl.0", line(0))
    append(path, line(1), line(2))
    tail = Tail(path, clock=Clock())
    assert numbers(tail) == [1, 2]
    append(path, line(3), line(4))
    rotate(path)
    append(path, line(5), *(line(n) for n in range(6, 20)))
    assert numbers(tail) + numbers(tail) == list(range(3, 20))


@pytest.mark.parametrize("resumed", [False, True])
def test_a_file_that_was_truncated_and_has_grown_beyond_the_old_position_is_read_from_its_beginning(
    tmp_path, resumed
):
    path = tmp_path / "log"
    append(path, line(1), line(2))
    tail = Tail(path)
    assert numbers(tail) == [1, 2]
    if resumed:
        tail = Tail(path, start=tail.position)
    path.write_bytes(b"".join(line(n) for n in range(3, 50)))
    assert numbers(tail) == list(range(3, 50))


def test_a_new_file_with_the_inode_and_size_of_the_old_one_is_another_file(tmp_path):
    path = tmp_path / "log"
    append(path, line(1), line(2))
    tail = Tail(path)
    assert numbers(tail) == [1, 2]
    with path.open("r+b") as file:  # as if the file system had given the inode away again
        file.write(line(3) + line(4))
    assert numbers(tail) == [3, 4]


def test_what_a_process_appends_to_a_file_just_renamed_is_not_lost(tmp_path):
    path, clock = tmp_path / "log", Clock()
    append(path, line(1))
    tail = Tail(path, clock=clock)
    assert numbers(tail) == [1]
    path.rename(tmp_path / "log.1")
    append(path, line(3))
    clock.now = time.time()
    assert numbers(tail) == []
    append(tmp_path / "log.1", line(2))  # by a process that has not looked yet
    assert numbers(tail) == [2]
    clock.now += 10
    assert numbers(tail) == [3]


def test_a_line_longer_than_what_is_read_at_once_is_read_whole(tmp_path):
    path = tmp_path / "log"
    append(path, line(1), json.dumps({"n": 2, "text": "x" * 1000}).encode() + b"\n", line(3), line(4)[:3])
    tail, found = Tail(path), []
    while block := tail.read_new(10):
        found += [message["n"] for message in block]
    assert (found, tail.bytes_read) == ([1, 2, 3], 0)
