from __future__ import annotations

import json

from camera_agent.cli import main


def test_replaying_a_folder_delivers_every_picture_once_in_natural_order(home, server, folder, capsys):
    assert (
        main(
            [
                "run",
                "--home",
                str(home.folder),
                "--driver",
                "replay",
                "--source",
                str(folder),
                "--once",
                "--json",
            ]
        )
        == 0
    )
    assert server.names() == [f"img{number}.jpg" for number in range(1, 13)]
    assert json.loads(capsys.readouterr().out) == {"delivered": 12, "refused": []}
