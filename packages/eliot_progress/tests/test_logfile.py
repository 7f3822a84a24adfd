from __future__ import annotations

import json
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import eliot
import pytest
from eliot.parse import Parser
from eliottree import render_tasks, tasks_from_iterable
from tests.waiting import until

from eliot_progress import context, extract, inject, install, log_message, progress
from eliot_progress.logfile import LogFile
from eliot_progress.reading import decode


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def written(log):
    log.flush()
    return lines(log.path)


def message(**fields):
    return {"task_uuid": "u", "task_level": [1], "timestamp": 1.0, "message_type": "m", **fields}


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def log(tmp_path, clock):
    log = LogFile(tmp_path / "folder" / "log.jsonl", clock=clock)
    yield log
    log.close()


def test_secrets_are_redacted_by_default(log):
    log(message(password="hunter2"))
    assert [m["password"] for m in written(log)] == ["[redacted]"]


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


def test_eliots_parser_keeps_what_has_gaps_as_incomplete_and_eliot_tree_prints_it(tmp_path):
    path = tmp_path / "log.jsonl"
    installed = install(log_path=path)
    with progress("Import", total=9) as work:  # most of its reports are left out of the file
        for _ in range(9):
            work.advance()
            work._now += 1
            work._turn.run()
    with context.start("click"):
        headers = {}
        inject(headers)
    with extract(headers).start_child("elsewhere"):
        pass
    with context.start("plain"):
        log_message("said")
    installed.remove()
    found = list(Parser.parse_stream(lines(path)))
    complete = [(task.root().action_type, task.is_complete()) for task in found]
    assert sorted(complete, key=str) == [("Import", False), ("click", True), ("plain", True), (None, False)]
    printed = StringIO()
    render_tasks(printed.write, tasks_from_iterable(lines(path)))
    assert all(name in printed.getvalue() for name in ("Import", "elsewhere", "said"))


def test_starts_and_failures_are_written_at_once_with_all_that_came_before(log):
    log(message(n=1))
    assert lines(log.path) == []
    log(message(n=2, message_type=None, action_status="started"))
    assert [m["n"] for m in lines(log.path)] == [1, 2]
    log(message(n=3, message_type=None, action_status="succeeded"))
    log(message(n=4, message_type=None, action_status="failed"))
    assert [m["n"] for m in lines(log.path)] == [1, 2, 3, 4]


def test_what_waits_is_written_soon_and_when_it_is_much(log):
    log(message(n=1))
    assert until(lambda: lines(log.path))[0]["n"] == 1
    for n in range(2, 10):
        log(message(n=n, text="x" * 10_000))
    assert len(lines(log.path)) >= 7


def test_a_full_disk_is_counted_and_reported_when_there_is_space_again(tmp_path):
    # The kernel lets a file grow no further, and takes a part of a line first, as a full disk does.
    code = """if 1:
        import json, resource, sys
        from pathlib import Path
        from eliot_progress.logfile import LogFile
        log, hard = LogFile(Path(sys.argv[1])), resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        def say(n):
            log({"n": n, "text": "x" * 100})
            log.flush()
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        for n in range(20): say(n)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        say(20)
        print(log.lost)
    """
    path = tmp_path / "log.jsonl"
    child = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    lost = int(child.stdout)
    assert child.stderr.count("can't be written") == 1
    found = [message for line in path.read_bytes().splitlines() if (message := decode(line))]
    assert [m.get("n") for m in found] == [*range(20 - lost), None, 20]
    assert 5 < lost < 20
    assert (found[-2]["message_type"], found[-2]["lost"]) == ("eliot_progress:messages_lost", lost)


def test_a_file_that_cannot_be_opened_anew_is_a_loss_until_it_can(log, clock):
    log(message(n=1, action_status="failed", message_type=None))
    shutil.rmtree(log.path.parent)
    log.path.parent.write_text("in the way")
    clock.now += 1
    for n in (2, 3):
        log(message(n=n))
        log.flush()
    log.path.parent.unlink()
    log(message(n=4))
    assert [m.get("n", m.get("lost")) for m in written(log)] == [2, 4]


@pytest.mark.parametrize("rotate", [lambda path: path.rename(path.with_suffix(".1")), Path.unlink])
def test_a_rotated_file_is_opened_anew(log, clock, rotate):
    log(message(n=1))
    log.flush()
    rotate(log.path)
    clock.now += 1
    log(message(n=2))
    assert [m["n"] for m in written(log)] == [2]


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


def test_progress_is_thinned_but_its_last_message_is_kept(log, clock):
    envelope = {"v": 1, "of": "x", "task_uuid": "u", "message_type": "progress"}
    for n in range(1, 50):
        clock.now = 100 + n / 10
        log({**envelope, "task_level": [n], "seq": n, "done": n, "heartbeat_at": 0})
    log(
        {
            **envelope,
            "task_level": [50],
            "seq": 50,
            "done": 50,
            "heartbeat_at": 104.95,
            "outcome": "succeeded",
        }
    )
    found = written(log)
    assert [m["done"] for m in found] == [1, 11, 21, 31, 41, 50]
    assert not log._throttles


@pytest.mark.slow
def test_many_processes_append_whole_lines_to_one_file(tmp_path):
    path = tmp_path / "log.jsonl"
    code = (
        "import sys; from pathlib import Path; from eliot_progress.logfile import LogFile\n"
        "log = LogFile(Path(sys.argv[1]))\n"
        "for n in range(300): log({'n': n, 'pid': sys.argv[2], 'text': 'x' * 5000})\n"
        "log.close()"
    )
    workers = [subprocess.Popen([sys.executable, "-c", code, str(path), str(n)]) for n in range(3)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    assert sorted((m["pid"], m["n"]) for m in lines(path)) == sorted(
        (str(p), n) for p in range(3) for n in range(300)
    )
