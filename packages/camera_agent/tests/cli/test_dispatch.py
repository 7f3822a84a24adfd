from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
from contextlib import closing

import pytest

from camera_agent import __version__
from camera_agent.cli import main
from camera_agent.host.clock import Clock
from camera_agent.spool import rows
from camera_agent.spool.store import Spool
from tests.conftest import jpeg
from tests.server import Fault

BY_NAME = "The pictures are in the order of their names, because they have no capture times."


def test_replaying_a_folder_delivers_every_picture_once_in_natural_order(home, server, folder, capsys):
    source = ["--driver", "replay", "--source", str(folder)]
    assert main(["run", "--home", str(home.folder), *source, "--once", "--json"]) == 0
    assert server.names() == [f"img{number}.jpg" for number in range(1, 13)]
    assert json.loads(capsys.readouterr().out) == {"delivered": 12, "refused": [], "note": BY_NAME}


def test_a_picture_whose_name_is_of_another_encoding_is_delivered(home, server, tmp_path, capsysbinary):
    pictures = tmp_path / os.fsdecode(b"caf\xe9")
    pictures.mkdir()
    (pictures / os.fsdecode(b"caf\xe9.jpg")).write_bytes(jpeg())
    (pictures / os.fsdecode(b"th\xe9.txt")).write_bytes(b"tea")
    source = ["--driver", "replay", "--source", str(pictures)]
    assert main(["run", "--home", str(home.folder), *source, "--once"]) == 3
    assert server.names() == ["caf?.jpg"]
    printed = capsysbinary.readouterr()
    assert printed.out == b"1 pictures delivered, 1 left out.\n"
    assert b"Left out th?.txt" in printed.err


def test_a_list_that_nobody_reads_to_its_end_is_no_error(home):
    with closing(Spool(home.spool)) as spool, spool.index.transaction():
        for number in range(1500):
            rows.insert(
                spool.index,
                capture=f"capture-{number:08d}",
                filename="🎬.jpg",
                filetype="image/jpeg",
                size=1,
                sha256="0" * 64,
                captured_at=Clock().now(),
                exposure={},
                cause={},
            )
    with subprocess.Popen(
        [sys.executable, "-m", "camera_agent", "spool", "ls", "--home", str(home.folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    ) as listing:
        assert b"\\U0001f3ac.jpg" in listing.stdout.readline()
        listing.stdout.close()
        assert listing.stderr.read() == b""
    assert listing.returncode == 0


def test_without_json_the_summary_is_a_sentence(home, folder, capsys):
    source = ["--driver", "replay", "--source", str(folder)]
    assert main(["run", "--home", str(home.folder), *source, "--once"]) == 0
    assert capsys.readouterr().out == f"{BY_NAME}\n12 pictures delivered, 0 left out.\n"


def test_pairing_shows_the_code_and_keeps_the_token(server, tmp_path, capsys):
    folder = tmp_path / "new"
    server.pairing.append((400, {"error": "authorization_pending"}))
    assert main(["pair", server.url, "--home", str(folder), "--name", "Roof"]) == 0
    reported = capsys.readouterr().out
    assert "BDWP-HQPK" in reported
    assert "Paired as Roof." in reported
    assert (folder / "token").read_text().strip() in server.tokens
    assert not (folder / "pairing.json").exists()
    assert json.loads((folder / "identity.json").read_text())["server"] == server.url


def test_pairing_again_shows_the_old_token_to_its_own_server_alone(server, home):
    old = home.token()
    assert main(["pair", server.url, "--home", str(home.folder)]) == 0
    assert server.pairing_tokens == [old]
    home.write(home.identity_file, {"server": "https://elsewhere.example"})
    assert main(["pair", server.url, "--home", str(home.folder)]) == 0
    assert server.pairing_tokens == [old, None]


def test_a_pairing_whose_token_cant_be_stored_gives_no_server_that_of_another(server, home, capsys):
    home.write(home.identity_file, {"server": "https://elsewhere.example"})
    (home.folder / f".token.{os.getpid()}").mkdir()  # whatever keeps the token from being written
    assert main(["pair", server.url, "--home", str(home.folder)]) == 1
    assert "can't be used: Is a directory" in capsys.readouterr().err
    assert home.paired_server() == server.url
    assert home.token_for(server.url) is None


def test_the_code_lies_in_a_file_while_it_waits_for_approval(server, tmp_path):
    seen = []
    response = (400, {"error": "authorization_pending"})

    class Watching(type(server.pairing)):
        def popleft(self):
            seen.append(json.loads((tmp_path / "pairing.json").read_text()))
            return super().popleft()

    server.pairing = Watching([response])
    assert main(["pair", server.url, "--home", str(tmp_path)]) == 0
    assert (seen[0]["user_code"], seen[0]["verification_uri"]) == ("BDWP-HQPK", f"{server.url}/pair")


@pytest.mark.parametrize(
    ("fault", "code", "sentence"),
    [
        (Fault("refuse", path="/pairing", value=404), 2, "refused to pair"),
        (Fault("refuse", path="/pairing", value=500), 4, "can't pair just now"),
        (Fault("drop", path="/pairing"), 4, "can't be reached"),
    ],
)
def test_a_pairing_that_cant_begin_is_one_sentence(server, tmp_path, capsys, fault, code, sentence):
    server.fail(fault)
    assert main(["pair", server.url, "--home", str(tmp_path)]) == code
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "--config", "no-such.toml"], "There is no no-such.toml. Choose an existing file"),
        (["pair", "http://me:secret@timelapse.example"], "An address of a server has no user name."),
        (["spool", "export", "no-such-drive"], "There is no folder no-such-drive. Is the drive mounted?"),
        (["capture", "no-such-folder/look.jpg"], "can't be written: No such file or directory. Choose"),
    ],
)
def test_what_is_not_there_is_one_sentence_with_what_to_do(
    home, tmp_path, monkeypatch, capsys, arguments, sentence
):
    monkeypatch.chdir(tmp_path)
    assert main([*arguments, "--home", str(home.folder)]) == 2
    assert sentence in capsys.readouterr().err


def test_a_folder_that_cant_be_written_is_one_sentence(home, monkeypatch, capsys):
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(home.folder))

    monkeypatch.setattr(tempfile, "mkdtemp", refused)
    assert main(["capture", "look.jpg", "--home", str(home.folder)]) == 1
    assert capsys.readouterr().err == (
        f"camera-agent: {home.folder} can't be used: Permission denied. Check its owner, and the card.\n"
    )


def test_an_error_that_names_no_file_is_a_fault_of_the_program(home, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise OSError("oh")

    monkeypatch.setattr(tempfile, "mkdtemp", broken)
    with pytest.raises(OSError, match="oh"):
        main(["capture", "look.jpg", "--home", str(home.folder)])


def test_status_tells_what_the_agent_is_and_has(home, capsys):
    assert main(["status", "--home", str(home.folder)]) == 0
    reported = json.loads(capsys.readouterr().out)
    assert (reported["name"], reported["paired"], reported["last_heartbeat"]) == ("Roof", True, None)
    assert (reported["spool"]["pending"], reported["spool"]["refused"], reported["spool"]["oldest_ns"]) == (
        0,
        0,
        None,
    )


def test_the_spool_is_listed_with_reasons(home, server, folder, capsys):
    (folder / "img2.jpg").write_bytes(b"\xff\xd8\xff damaged")
    source = ["--driver", "replay", "--source", str(folder)]
    assert main(["run", "--home", str(home.folder), *source, "--once"]) == 3
    capsys.readouterr()
    assert main(["spool", "ls", "--home", str(home.folder)]) == 0
    reported = capsys.readouterr().out
    assert "refused" in reported
    assert "img2.jpg  The file is no picture." in reported
    assert main(["spool", "retry", "--refused", "--home", str(home.folder)]) == 0
    assert "1 captures wait to be delivered again." in capsys.readouterr().out
    assert main(["deliver", "--home", str(home.folder)]) == 0  # it is refused once more
    capsys.readouterr()
    assert main(["spool", "purge", "--refused", "--home", str(home.folder)]) == 0
    assert "1 pictures deleted" in capsys.readouterr().out
    assert reported.count("\n") == 1


def test_drivers_are_listed(capsys):
    assert main(["drivers"]) == 0
    assert {"replay", "simulated"} <= set(capsys.readouterr().out.split())


def test_a_setting_that_cant_work_is_one_sentence(home, capsys):
    home.config_file.write_text("intervall_s = 3")
    assert main(["run", "--home", str(home.folder)]) == 2
    assert "Did you mean 'interval_s'?" in capsys.readouterr().err
    home.config_file.unlink()
    assert main(["run", "--home", str(home.folder), "--interval", "0"]) == 2
    assert main(["run", "--home", str(home.folder), "--driver", "simulatd"]) == 2


def test_the_home_folder_may_come_from_the_environment(monkeypatch, home, capsys):
    monkeypatch.setenv("CAMERA_AGENT_HOME", str(home.folder))
    assert main(["status"]) == 0
    assert '"Roof"' in capsys.readouterr().out


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "camera_agent", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"camera-agent {__version__}\n"


def brought(code: str) -> set[str]:
    """The packages that some code imports: not those that are there anyway, as where coverage is measured."""
    code = f"import sys; before = {{*sys.modules}}; {code}; print(*{{*sys.modules}} - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_the_commands_bring_in_no_picture_library():
    films = "import camera_agent.cli.capture, camera_agent.cli.pairing, camera_agent.cli.spool"
    assert not brought(f"{films}, camera_agent.cli.state") & {
        "numpy",
        "PIL",
        "imageio_ffmpeg",
        "django",
        "celery",
        "channels",
        "requests",
        "httpx",
    }


def test_a_command_imports_only_what_it_needs():
    assert not brought("import camera_agent.cli") & {"eliot", "eliot_progress", "sqlite3", "http"}
    assert not brought("import camera_agent.cli.capture") & {"asyncio", "zipfile"}


def test_a_drive_takes_what_waits(home, server, folder, tmp_path, capsys):
    server.tokens.clear()
    source = ["--driver", "replay", "--source", str(folder)]
    assert main(["run", "--home", str(home.folder), *source, "--once"]) == 4
    (tmp_path / "drive").mkdir()
    assert main(["spool", "export", str(tmp_path / "drive"), "--home", str(home.folder)]) == 0
    assert "captures written to" in capsys.readouterr().out
    assert main(["spool", "ls", "--home", str(home.folder)]) == 0
    assert "on a drive" in capsys.readouterr().out
    assert main(["spool", "purge", "--home", str(home.folder), "--exported"]) == 0


def test_one_picture_is_taken_for_a_look(home, tmp_path, capsys):
    home.config_file.write_text("[options]\nwidth = 160\nheight = 90\n")
    picture = tmp_path / "look.jpg"
    assert main(["capture", str(picture), "--home", str(home.folder)]) == 0
    assert picture.read_bytes().startswith(b"\xff\xd8")
    assert "image/jpeg" in capsys.readouterr().out
    small = tmp_path / "small.jpg"
    assert main(["capture", str(small), "--preview", "--home", str(home.folder)]) == 0
    assert small.stat().st_size < 256 * 1024
    assert main(["capture", str(tmp_path / "no" / "x.jpg"), "--home", str(home.folder)]) == 2


def test_a_paired_camera_forgets_what_another_server_set(server, tmp_path):
    (tmp_path / "remote_config.json").write_text('{"revision": 7}')
    assert main(["pair", server.url, "--home", str(tmp_path), "--qr"]) == 0
    assert not (tmp_path / "remote_config.json").exists()


def test_delivering_without_a_token_says_how_to_pair(tmp_path, capsys):
    assert main(["deliver", "--home", str(tmp_path)]) == 2
    assert "not paired. Pair it: camera-agent pair" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["status"], "The agent's state, as JSON."),
        (["spool", "export"], "Write the pending captures to a USB drive or folder."),
    ],
)
def test_help_writes_names_as_they_are_written(command, sentence, capsys):
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    assert sentence in capsys.readouterr().out
