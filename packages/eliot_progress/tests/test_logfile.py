from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import eliot
import pytest
from eliot.parse import Parser

from eliot_progress import install, progress
from eliot_progress.logfile import LINE_LIMIT, LogFile, encode


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def message(**fields):
    return {"task_uuid": "u", "task_level": [1], "timestamp": 1.0, "message_type": "m", **fields}


@pytest.fixture
def log(tmp_path):
    log = LogFile(tmp_path / "folder" / "log.jsonl")
    yield log
    log.close()


def cyclic():
    value = []
    value.append(value)
    return value


class Hostile:
    def __repr__(self):
        raise LookupError

    __str__ = __repr__


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        "\x00",
        "\ud800",
        2**70,
        cyclic(),
        Hostile(),
        {1: {2: 3}},
        b"\xff",
        {Hostile(): 1},
    ],
    ids=["nan", "inf", "nul", "surrogate", "big", "cycle", "hostile", "keys", "bytes", "hostile key"],
)
def test_whatever_a_field_holds_the_message_is_one_line_of_json(value):
    line = encode(message(value=value))
    assert line.count(b"\n") == 1
    assert json.loads(line)["task_uuid"] == "u"


def test_a_huge_field_is_cut_and_the_envelope_kept():
    line = encode(message(value="x" * (LINE_LIMIT + 1)))
    assert len(line) < 1000
    assert json.loads(line)["cut_bytes"] > LINE_LIMIT
    assert json.loads(line)["message_type"] == "m"


def test_secrets_are_redacted_by_default(log):
    log(message(password="hunter2"))
    assert "hunter2" not in log.path.read_text()


def test_eliots_own_parser_reads_the_file_and_finds_every_task_complete(tmp_path):
    path = tmp_path / "log.jsonl"
    installed = install(log_path=path)
    with progress("Import", total=2) as work, eliot.start_action(action_type="inner"):
        work.advance(2)
    installed.remove()
    parser, tasks = Parser(), []
    for line in lines(path):
        done, parser = parser.add(line)
        tasks += done
    assert [task.root().action_type for task in tasks] == ["Import"]
    assert not parser.incomplete_tasks()


def test_a_full_disk_is_counted_and_told_when_there_is_room_again(log, capsys):
    log(message(n=1))
    fd = log._fd
    log._fd = os.open("/dev/full", os.O_WRONLY)
    log(message(n=2))
    log(message(n=3))
    os.close(log._fd)
    log._fd = fd
    log(message(n=4))
    assert log.lost == 2
    assert capsys.readouterr().err.count("can't be written") == 1
    found = lines(log.path)
    assert [m.get("n") for m in found] == [1, None, 4]
    assert (found[1]["message_type"], found[1]["lost"]) == ("eliot_progress:messages_lost", 2)


@pytest.mark.parametrize("rotate", [lambda path: path.rename(path.with_suffix(".1")), Path.unlink])
def test_a_rotated_file_is_opened_anew(log, rotate):
    log(message(n=1))
    rotate(log.path)
    log._looks._next = 0  # the second is over
    log(message(n=2))
    assert [m["n"] for m in lines(log.path)] == [2]


def test_a_torn_last_line_spoils_no_other(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"n": 0}\n{"torn')
    log = LogFile(path)
    log(message(n=1))
    log.close()
    assert [json.loads(line)["n"] for line in path.read_text().splitlines() if line.endswith("}")] == [0, 1]


def test_closed_files_take_messages_in_silence(log):
    log.close()
    log.close()
    log(message())


def test_progress_is_thinned_but_its_last_message_is_kept(log):
    envelope = {"v": 1, "of": "x", "task_uuid": "u", "message_type": "progress"}
    for n in range(1, 50):
        log({**envelope, "task_level": [n], "seq": n, "done": n, "beat_at": 100 + n / 10})
    log({**envelope, "task_level": [50], "seq": 50, "done": 50, "beat_at": 104.95, "outcome": "succeeded"})
    found = lines(log.path)
    assert [m["done"] for m in found] == [1, 11, 21, 31, 41, 50]
    assert not log._thin


def test_many_processes_append_whole_lines_to_one_file(tmp_path):
    path = tmp_path / "log.jsonl"
    code = (
        "import sys; from pathlib import Path; from eliot_progress.logfile import LogFile\n"
        "log = LogFile(Path(sys.argv[1]))\n"
        "for n in range(300): log({'n': n, 'pid': sys.argv[2], 'text': 'x' * 5000})"
    )
    workers = [subprocess.Popen([sys.executable, "-c", code, str(path), str(n)]) for n in range(3)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    assert sorted((m["pid"], m["n"]) for m in lines(path)) == sorted(
        (str(p), n) for p in range(3) for n in range(300)
    )
