from __future__ import annotations

import os
import pty
import socket
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from eliot_progress import context, install, progress
from eliot_progress.cli import main
from eliot_progress.encoding import encode
from eliot_progress.stores.redis import RedisStore
from eliot_progress.testing.samples import sample


@pytest.fixture
def path(tmp_path):
    """A log of one click that ended, one that failed and one that is still running."""
    path = tmp_path / "log.jsonl"
    installed = install(log_path=path)
    with context.start("good:click"):
        pass
    with (
        suppress(LookupError),
        context.start("bad:click"),
        progress("import:files", total=4, unit="file") as work,
    ):
        work.advance(3)
        raise LookupError("no disk")
    running = progress("render:movie", total=10)
    running.start()
    installed.flush()
    yield path
    running.finish()
    installed.remove()


def test_the_tree_of_every_task(path, capsys):
    assert main(["tree", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "good:click succeeded" in printed
    assert "[3/4 file] no disk" in printed


def test_the_tree_of_one_task_or_of_the_failed_ones(path, capsys):
    main(["tree", str(path), "--failed"])
    printed = capsys.readouterr().out
    assert "bad:click" in printed
    assert "good:click" not in printed
    causal_id = printed.splitlines()[0]
    main(["tree", str(path), "--causal-id", causal_id.replace("-", "")[:12]])
    assert capsys.readouterr().out == printed


def test_what_is_going_on_from_a_file(path, capsys):
    assert main(["watch", str(path), "--once"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("import:files")
    assert first.endswith("failed  no disk")
    assert second.startswith("render:movie")
    assert second.endswith("0/10  alive")


def test_running_tasks_of_a_store(valkey_url, capsys):
    url = valkey_url.removesuffix("/0") + "/9"
    main(["watch", url, "--once"])
    assert capsys.readouterr().out == "No tasks are running.\n"
    store = RedisStore(url)
    now = time.time()
    store.record(sample(1, total=3, done=1, heartbeat_at=now, next_by=now - 1, grace_s=60))
    store.close()
    main(["watch", url, "--once"])
    assert capsys.readouterr().out.rstrip().endswith("1/3  late")


# Whoever starts the tests in the background has SIGINT ignored in all that they start.
CODE = (
    "import signal, sys; from eliot_progress.cli import main;"
    "signal.signal(signal.SIGINT, signal.default_int_handler); sys.exit(main(sys.argv[1:]))"
)


def test_watching_goes_on_until_it_is_interrupted_and_tells_a_pipe_only_what_changed(path):
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "watch", str(path), "--every", "0.05"], stdout=subprocess.PIPE, text=True
    )
    seen = [process.stdout.readline(), process.stdout.readline()]
    with progress("second:work"):
        while not seen[-1].startswith("second:work"):
            seen.append(process.stdout.readline())
    process.send_signal(2)
    process.communicate(timeout=20)
    assert seen[0].startswith("import:files")
    assert seen.count(seen[0]) == 1
    assert "\x1b" not in "".join(seen)
    assert process.returncode == 0


WITHOUT_RICH = "import sys; sys.modules['rich'] = None; sys.modules['rich.live'] = None;"


@pytest.mark.parametrize(
    ("before", "anew"), [("", b"\x1b[1A"), (WITHOUT_RICH, b"\x1b[H\x1b[J")], ids=["rich", "without rich"]
)
def test_a_terminal_shows_one_picture_drawn_anew(path, before, anew):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", before + CODE, "watch", str(path), "--every", "0.05"],
        stdout=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "40"},
    )
    os.close(theirs)
    seen = b""
    while seen.count(anew) < 3 or seen.count(b"render:movie") < 3:
        seen += os.read(ours, 4096)
    process.send_signal(2)
    with suppress(OSError):  # the other end is closed
        while os.read(ours, 4096):
            pass
    assert process.wait(20) == 0
    os.close(ours)
    assert b"import:files" in seen


def test_an_address_that_can_not_be_reached_is_said_in_one_sentence(capsys):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/log.jsonl"
        assert main(["watch", url, "--once"]) == 2
    output = capsys.readouterr().err
    assert output.startswith(f"eliot-progress: {url} can't be reached (")
    assert output.count("\n") == 1


@pytest.mark.parametrize("address", ["redis://localhost:abc", "http://[bad", "https://host:abc/log"])
def test_what_is_no_address_is_one_sentence(address, capsys):
    assert main(["watch", address, "--once"]) == 2
    output = capsys.readouterr().err
    assert output.startswith("eliot-progress: ")
    assert output.count("\n") == 1


def test_letters_that_a_terminal_lacks_and_odd_ids_end_nothing(tmp_path):
    log = tmp_path / "log"
    log.write_bytes(encode(sample(1, done=1, total=3)) + b'{"task_uuid":"\\ud800","task_level":[1]}\n')
    for command in (["tree", str(log)], ["watch", str(log), "--once"]):
        done = subprocess.run(
            [sys.executable, "-c", CODE, *command],
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"1/3" in done.stdout


def test_a_header_that_is_none_is_refused(path, capsys):
    with pytest.raises(SystemExit):
        main(["watch", str(path), "--header", "nonsense"])
    assert "'nonsense' is not a header. Write it as" in capsys.readouterr().err


def test_the_files_for_a_cluster_are_written_and_named(tmp_path, capsys):
    assert main(["elk", str(tmp_path)]) == 0
    named = capsys.readouterr().out.splitlines()
    assert sorted(named) == sorted(str(path) for path in tmp_path.iterdir())


@pytest.mark.parametrize("command", ["watch", "tree"])
@pytest.mark.parametrize(("name", "why"), [("none", "There is no log at"), (".", "is a folder.")])
def test_what_is_no_file_is_one_sentence_with_a_remedy(command, name, why, tmp_path, capsys):
    assert main([command, str(tmp_path / name)]) == 2
    output = capsys.readouterr().err
    assert why in output
    assert output.endswith("Pass the file that install(log_path=...) writes.\n")


def test_files_for_a_cluster_need_a_folder(tmp_path, capsys):
    path = tmp_path / "file"
    path.touch()
    assert main(["elk", str(path)]) == 2
    assert capsys.readouterr().err == f"eliot-progress: {path}: File exists.\n"


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (["--failed"], "Nothing failed in"),
        (["--causal-id", "abc"], "has an id that begins with abc."),
        ([], "There are no eliot messages in"),
    ],
)
def test_a_tree_that_is_not_there_says_why(asked, why, tmp_path, capsys):
    (tmp_path / "log").write_text('127.0.0.1 - - "GET / HTTP/1.1" 200\n{"torn\n[1]\n{"n":1}\n')
    assert main(["tree", str(tmp_path / "log"), *asked]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert why in printed.err


def test_who_has_seen_enough_of_a_tree_ends_it_in_silence(tmp_path):
    with (tmp_path / "log").open("wb") as file:
        file.writelines(encode({**sample(1), "task_uuid": f"u{n}"}) for n in range(9_000))
    command = [sys.executable, "-c", CODE, "tree", str(tmp_path / "log")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(20) == 0
    process.stderr.close()


def test_a_store_that_is_away_is_one_sentence_without_its_password(capsys):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert main(["watch", f"redis://:secret@127.0.0.1:{nobody.getsockname()[1]}/0", "--once"]) == 2
    output = capsys.readouterr().err
    assert output.startswith("eliot-progress: The store can't be read (")
    assert output.count("\n") == 1
    assert "secret" not in output


def test_a_store_needs_its_extra(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "redis", None)
    monkeypatch.delitem(sys.modules, "eliot_progress.stores.redis", raising=False)
    assert main(["watch", "redis://127.0.0.1/0", "--once"]) == 2
    assert "pip install 'eliot-progress[redis]'" in capsys.readouterr().err
