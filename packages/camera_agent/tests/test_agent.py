"""The real command against a strict server, with faults in between."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import time
from pathlib import Path

import pytest

from camera_agent.cli import main
from camera_agent.home import Home
from camera_agent.spool.store import Spool
from tests.command import Command
from tests.conftest import jpeg
from tests.server import Fault
from tests.waiting import wait_until

#: All run the real command.
pytestmark = pytest.mark.slow
FAST = "[options]\nwidth = 160\nheight = 90\n"


def replay(home, source, *more: str) -> tuple[str, ...]:
    return ("run", "--home", str(home.folder), "--driver", "replay", "--source", str(source), "--once", *more)


def faulty_drivers(home, name: str, tmp_path, *more: str) -> tuple[str, ...]:
    settings = [f'driver = "tests.drivers.faulty_drivers:{name}"', "interval_s = 0.1", *more]
    home.config_file.write_text("\n".join([*settings, "[options]", f'count = "{tmp_path}/count"']))
    return ("run", "--home", str(home.folder))


@pytest.fixture
def loop(home, tmp_path):
    """Arguments of an agent that films small pictures quickly."""
    return faulty_drivers(home, "Good", tmp_path)


@pytest.fixture
def many(tmp_path):
    made = tmp_path / "many"
    made.mkdir()
    for number in range(60):
        (made / f"{number}.jpg").write_bytes(jpeg(number * 4))
    return made


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_films_and_delivers_until_it_is_asked_to_stop(server, loop, number):
    with Command(*loop) as agent:
        server.wait_for(lambda: len(server.stored) >= 3 and server.heartbeats)
        code, said = agent.end(number)
    assert code == 0
    assert "Traceback" not in said
    sequences = [int(server.uploads[capture].metadata["sequence"]) for capture in server.stored]
    assert sequences == list(range(1, len(sequences) + 1))


def test_it_stops_while_the_camera_hangs_and_the_server_is_silent(server, home, tmp_path):
    with Command(*faulty_drivers(home, "Hangs", tmp_path)) as agent:
        server.wait_for(lambda: len(server.stored) == 1)
        code, said = agent.end()
    assert code == 0
    assert "Traceback" not in said


def children_of(pid: int) -> set[str]:
    found = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that has just ended
            found.update((task / "children").read_text().split())
    return found


def test_a_driver_that_hangs_does_not_outlive_an_agent_that_is_killed(server, home, tmp_path):
    with Command(*faulty_drivers(home, "Hangs", tmp_path)) as agent:
        server.wait_for(lambda: len(server.stored) == 1)
        [driver] = children_of(agent.process.pid)
        agent.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{driver}").exists() and "Z" not in Path(f"/proc/{driver}/stat").read_text():
        assert time.monotonic() < deadline


def test_a_camera_that_crashes_is_started_again_and_the_server_hears_of_it(server, home, tmp_path):
    with Command(*faulty_drivers(home, "Crashes", tmp_path)) as agent:
        server.wait_for(lambda: len(server.stored) >= 4)
        _, said = agent.end()
    assert "was ended by SIGSEGV. It is started again." in said


def test_a_new_interval_is_taken_from_the_heartbeats_answer(server, loop):
    server.config = {"revision": 3, "interval_s": 60.0}
    with Command(*loop) as agent:
        server.wait_for(lambda: len(server.heartbeats) == 2)
        agent.end()
    assert server.heartbeats[1]["config_revision"] == 3
    assert len(server.stored) < 20


def test_offline_it_films_into_its_spool_and_delivers_when_the_network_is_back(server, loop, home):
    server.fail(*[Fault("refuse", value=503)] * 3)
    with Command(*loop) as agent:
        server.wait_for(lambda: len(server.stored) >= 5)
        _, said = agent.end()
    assert "Trying again." in said
    assert "Delivering again." in said


def test_killed_at_random_it_loses_nothing_and_sends_nothing_twice(server, many, home):
    randomly = random.Random(5)
    server.fail(Fault("drop", value=300), Fault("lose_answer"), Fault("refuse", value=500))
    for _ in range(4):
        aim = len(server.stored) + randomly.randrange(2, 15)
        with Command(*replay(home, many)) as agent:
            server.wait_for(lambda aim=aim: len(server.stored) >= min(aim, 60))
            agent.kill()
    with Command(*replay(home, many, "--json")) as agent:
        code, output, _ = agent.wait()
    assert code == 0
    assert json.loads(output)["refused"] == []
    assert server.names() == [f"{number}.jpg" for number in range(60)]
    for upload in server.uploads.values():
        assert bytes(upload.content) == (many / upload.metadata["filename"]).read_bytes()
    assert main(["status", "--home", str(home.folder)]) == 0


def test_capturing_killed_at_random_keeps_order_and_doubles_nothing(server, loop, home):
    for rounds in range(3):
        with Command(*loop) as agent:
            server.wait_for(lambda rounds=rounds: len(server.stored) >= (rounds + 1) * 4)
            agent.kill()
    with Command(*loop) as agent:
        server.wait_for(lambda: len(server.stored) >= 16)
        agent.end()
    sequences = [int(server.uploads[capture].metadata["sequence"]) for capture in server.stored]
    assert sequences == sorted(set(sequences))


def test_replaying_the_same_source_again_is_a_new_run(server, folder, home):
    for _ in range(2):
        assert main(list(replay(home, folder))) == 0
    assert len(server.stored) == 24


def test_a_corrupt_picture_among_good_ones_is_named_and_the_rest_arrives(
    server, folder, home, capsys, tmp_path
):
    (folder / "img3.jpg").write_bytes(jpeg()[:300])
    (folder / "notes.txt").write_text("hello")
    log = tmp_path / "agent.log"
    assert main(list(replay(home, folder, "--json", "--log", str(log)))) == 3
    reported = json.loads(capsys.readouterr().out)
    assert reported["delivered"] == 11
    assert {(one["name"], one["code"]) for one in reported["refused"]} == {
        ("img3.jpg", "not_a_picture"),
        ("notes.txt", "not_a_picture"),
    }
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    # eliot keeps messages of earlier tests for the first log file it gets, so there may be others.
    named = {line["name"] for line in lines if line.get("message_type") == "camera:refused"}
    assert named >= {"img3.jpg", "notes.txt"}
    sent = [line for line in lines if line.get("description") == "Sending pictures"]
    assert (sent[-1]["done"], sent[-1]["total"], sent[-1]["outcome"]) == (12, 12, "succeeded")


def test_a_source_that_cant_work_is_one_sentence_and_code_2(server, home, tmp_path, capsys):
    (tmp_path / "hi.txt").write_text("hello")
    (tmp_path / "empty").mkdir()
    for source, sentence in (
        ("gone", "There is no"),
        ("hi.txt", "neither a folder"),
        ("empty", "no pictures in"),
    ):
        assert main(list(replay(home, tmp_path / source))) == 2
        said = capsys.readouterr().err
        assert sentence in said
        assert said.count("\n") == 1


def test_a_revoked_token_ends_a_replay_with_code_4_and_keeps_the_pictures(server, home, folder, capsys):
    server.tokens.clear()
    assert main(list(replay(home, folder))) == 4
    assert "does not accept this camera's token" in capsys.readouterr().err
    home.save_token(server.add_token())
    assert main(list(replay(home, folder))) == 0
    assert server.names() == [f"img{number}.jpg" for number in range(1, 13)]


def test_a_driver_without_an_end_cant_run_once(home, capsys):
    home.config_file.write_text(FAST)
    assert main(["run", "--home", str(home.folder), "--once"]) == 2
    assert "has no end" in capsys.readouterr().err


def test_a_second_agent_in_the_same_folder_is_refused(server, loop, home, capsys):
    with Command(*loop) as agent:
        server.wait_for(lambda: server.stored)
        assert main(list(loop)) == 2
        agent.end()
    assert "Another agent is running" in capsys.readouterr().err


def test_a_replay_without_a_token_says_how_to_pair(tmp_path, capsys):
    assert main(list(replay(Home(tmp_path / "new"), tmp_path))) == 2
    assert "not paired" in capsys.readouterr().err


def waiting_in(home):
    with contextlib.closing(Spool(home.spool)) as spool:
        return spool.counts().pending


def test_without_a_server_it_films_and_delivers_what_waited_as_soon_as_it_is_paired(server, tmp_path):
    home = Home(tmp_path / "new").create()
    with Command(*faulty_drivers(home, "Good", tmp_path)) as agent:
        wait_until(lambda: waiting_in(home) >= 3, "captures that wait")
        wait_until(lambda: home.read(home.status_file).get("state") == "capturing", "the state file")
        assert server.requests == []
        home.write(home.identity_file, {"server": server.url, "camera": "", "name": "Roof"})
        home.save_token(server.add_token())
        server.wait_for(lambda: len(server.stored) >= 5 and server.heartbeats)
        code, said = agent.end()
    assert code == 0
    assert "no server yet, pictures wait" in said
    assert "Pair any time: camera-agent pair URL" in said
    sequences = [int(server.uploads[capture].metadata["sequence"]) for capture in server.stored]
    assert sequences == list(range(1, len(sequences) + 1))


def test_without_a_server_it_stops_when_asked_and_films_on_at_the_next_start(server, tmp_path):
    home = Home(tmp_path / "new").create()
    for least in (2, 4):
        with Command(*faulty_drivers(home, "Good", tmp_path)) as agent:
            wait_until(lambda least=least: waiting_in(home) >= least, "captures that wait")
            code, said = agent.end()
        assert code == 0
        assert "Traceback" not in said


def test_a_token_is_not_shown_to_another_server_that_the_settings_name(server, home, folder, capsys):
    home.write(home.identity_file, {"server": "https://elsewhere.example"})
    assert main([*replay(home, folder), "--server", server.url]) == 2
    assert "is paired with https://elsewhere.example" in capsys.readouterr().err
    assert server.requests == []


def test_a_damaged_index_ends_nothing_and_no_number_is_used_twice(server, home, loop):
    with Command(*loop) as agent:
        server.wait_for(lambda: len(server.stored) >= 3)
        agent.end()
    before = len(server.stored)
    with (home.spool / "index.sqlite3").open("r+b") as index:
        index.write(bytes(100))
    with Command(*loop) as agent:
        server.wait_for(lambda: len(server.stored) >= before + 3)
        _, said = agent.end()
    assert "index was damaged" in said
    sequences = [int(upload.metadata["sequence"]) for upload in server.uploads.values()]
    assert len(set(sequences)) == len(sequences)
    assert any("index was damaged" in one for beat in server.heartbeats for one in beat.get("warnings", []))


def test_commands_are_done_once_each_and_acknowledged(server, loop):
    names = ("capture", "preview", "deliver", "collect_logs", "dance")
    server.commands = [{"id": f"id-{name}", "name": name, "arguments": {}} for name in names]
    with Command(*loop) as agent:
        server.wait_for(lambda: not server.commands and server.previews)
        agent.end()
    reported = {one["id"]: one for beat in server.heartbeats for one in beat["commands"]}
    assert {name: reported[f"id-{name}"]["state"] for name in names} == {
        "capture": "done",
        "preview": "done",
        "deliver": "done",
        "collect_logs": "done",
        "dance": "failed",
    }
    assert reported["id-capture"]["capture"] in server.uploads
    assert reported["id-preview"]["capture"] in server.previews
    assert any(record["kind"] == "log" for record in server.records.values())


def test_a_picture_somebody_asked_for_comes_below_the_click_and_any_other_is_its_own_cause(server, loop):
    click = "0123456789abcdef0123456789abcdef"
    asked = {"id": "id-1", "name": "capture", "traceparent": f"00-{click}-0123456789abcdef-01"}
    server.commands = [asked]
    with Command(*loop) as agent:
        server.wait_for(lambda: not server.commands and len(server.stored) >= 4)
        agent.end()
    reported = [one for beat in server.heartbeats for one in beat["commands"] if one["state"] == "done"]
    causes = {capture: upload.traceparent[3:35] for capture, upload in server.uploads.items()}
    assert causes.pop(reported[0]["capture"]) == click
    assert len({*causes.values(), click}) == len(causes) + 1
    logged = [
        one["data"] for one in server.records.values() if one["data"].get("task_uuid", "")[:8] == click[:8]
    ]
    assert {one.get("action_type") for one in logged} >= {"camera:command", "camera:capture"}


def test_a_requested_restart_happens_once(server, home, tmp_path):
    server.commands = [{"id": "again", "name": "restart", "arguments": {}}]
    with Command(*faulty_drivers(home, "Good", tmp_path)) as agent:
        server.wait_for(
            lambda: server.heartbeats and server.heartbeats[-1]["seq"] >= 1 and not server.commands
        )
        server.wait_for(lambda: [beat["seq"] for beat in server.heartbeats].count(1) == 2)
        _, said = agent.end()
    assert said.count("Restarting.") == 1
    assert said.count("Capturing every") == 2


def test_captures_kept_back_send_previews_and_go_when_asked(server, home, tmp_path, capsys):
    kept_back = faulty_drivers(home, "Good", tmp_path, "[delivery]", 'when = "asked"')
    with Command(*kept_back) as agent:
        server.wait_for(lambda: server.previews)
        assert server.stored == []
        assert main(["deliver", "--home", str(home.folder)]) == 0
        assert "The running agent delivers" in capsys.readouterr().out
        server.wait_for(lambda: server.stored)
        agent.end()
    waiting = json.loads((home.folder / "status.json").read_text())["spool"]["pending"]
    before = len(server.stored)
    assert main(["deliver", "--home", str(home.folder)]) == 0
    assert len(server.stored) > before or waiting == 0
    assert main(["deliver", "--home", str(home.folder)]) == 0
    assert "0 captures delivered." in capsys.readouterr().out


def test_time_off_is_reported_as_a_gap(server, home, loop):
    with Command(*loop) as agent:
        server.wait_for(lambda: server.stored and server.heartbeats)
        agent.end()
    with contextlib.closing(Spool(home.spool)) as spool:
        spool.index.change("UPDATE captures SET monotonic_ns = monotonic_ns - 10000000000")
    with Command(*loop) as agent:
        server.wait_for(
            lambda: any(one["data"].get("reason") == "stopped" for one in server.records.values())
        )
        agent.end()


def test_a_card_that_cant_be_written_is_one_sentence(home, capsys, tmp_path):
    (tmp_path / "file").write_text("")
    for command in (["run"], ["status"], ["spool", "ls"], ["deliver"]):
        assert main([*command, "--home", str(tmp_path / "file" / "home")]) == 2
        said = capsys.readouterr().err
        assert "can't be created" in said
        assert said.count("\n") == 1


def test_the_log_of_a_run_ends_with_it_also_before_a_restart(server, home, loop, tmp_path):
    server.commands = [{"id": "again", "name": "restart"}]
    log = tmp_path / "log.jsonl"
    with Command(*loop, "--log", str(log)) as agent:
        server.wait_for(lambda: any(beat["seq"] > 1 for beat in server.heartbeats) and not server.commands)
        server.wait_for(lambda: [beat["seq"] for beat in server.heartbeats].count(1) == 2)
        agent.end()
    messages = [json.loads(line) for line in log.read_text().splitlines()]
    runs = [one["action_status"] for one in messages if one.get("action_type") == "camera:run"]
    assert runs == ["started", "succeeded", "started", "succeeded"]


def test_it_goes_on_when_nobody_reads_any_more_what_it_says(server, home, tmp_path):
    with Command(*faulty_drivers(home, "RefusesThrice", tmp_path)) as agent:
        agent.process.stderr.close()
        server.wait_for(lambda: len(server.stored) >= 3)
        agent.process.terminate()
        assert agent.process.wait(30) == 0
