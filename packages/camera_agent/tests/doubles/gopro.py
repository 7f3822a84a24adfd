"""A GoPro with a state and moods: busy after each shot, names that roll over, downloads that break."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.conftest import jpeg

#: So many looks at its state find it busy after a shot.
BUSY_LOOKS = 2
#: The size that its list claims of every file; 0: the right one.
LISTED = 0


class FakeGopro:
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.created: dict[str, int] = {}
        self.busy, self.clock, self.number, self.folder = 0, 1_451_606_400, 9998, 100
        self.status = {"6": 0, "8": 0, "10": 0, "33": 0, "54": 1000, "70": 88}
        self.presets = self.date = ""
        self.break_downloads, self.piece = 0, 50_000
        #: Downloads that stop in the middle and leave the link open, and by how much lengths are wrong.
        self.freezes, self.wrong_by = 0, 0
        self.over = threading.Event()
        self.stores = self.speaks = True
        self.ranges: list[str] = []
        self.kept_alive = 0
        self._pending: tuple[str, bytes] | None = None
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.gopro = self
        self.address = f"127.0.0.1:{self.http.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.http.shutdown()
        self.http.server_close()

    def shoot(self) -> None:
        self.clock += 2
        name = f"GOPR{self.number:04d}.JPG"
        self._pending = (f"{self.folder}GOPRO/{name}", jpeg(self.number % 256) + bytes(200_000))
        self.number += 1
        if self.number > 9999:
            self.number, self.folder = 1, self.folder + 1
        self.busy = BUSY_LOOKS

    def look(self) -> dict:
        self.status["8"] = self.status["10"] = int(self.busy > 0)
        self.busy = max(0, self.busy - 1)
        if not self.busy and self._pending and self.stores:
            path, content = self._pending
            self.files[path], self.created[path], self._pending = content, self.clock, None
        return {"status": self.status, "settings": {}}

    def media(self) -> dict:
        folders: dict[str, list] = {
            "100GOPRO": [{"n": "G0010001.JPG", "g": "1", "b": "1", "l": "9", "m": ["3"]}]
        }
        folders["100GOPRO"].append({"n": "GX010002.MP4", "cre": "1893456000", "s": "9"})
        for path, content in self.files.items():
            folder, name = path.split("/")
            entry = {"n": name, "cre": str(self.created[path]), "mod": str(self.created[path])}
            size = str(LISTED or len(content))
            folders.setdefault(folder, []).append({**entry, "s": size})
        return {"id": "1", "media": [{"d": folder, "fs": files} for folder, files in folders.items()]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement

    @property
    def gopro(self) -> FakeGopro:
        return self.server.gopro

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path, query = parts.path, {key: value[0] for key, value in parse_qs(parts.query).items()}
        if path == "/gopro/camera/state":
            return self.response(self.gopro.look())
        if self.gopro.busy:
            return self.response({"error": "busy"}, 503)
        if path.startswith("/videos/DCIM/"):
            return self.file(path.removeprefix("/videos/DCIM/"))
        return self.apply(path, query)

    def apply(self, path: str, query: dict) -> None:
        gopro, body = self.gopro, {}
        match path:
            case "/gopro/camera/info":
                body = {"model_name": "HERO12 Black"} if gopro.speaks else "nonsense"
            case "/gopro/camera/set_date_time":
                gopro.date = query["date"]
            case "/gopro/camera/presets/set_group":
                gopro.presets = query["id"]
            case "/gopro/camera/keep_alive":
                gopro.kept_alive += 1
            case "/gopro/camera/shutter/start":
                gopro.shoot()
            case "/gopro/media/list":
                body = gopro.media()
            case "/gopro/media/delete/file":
                del gopro.files[query["path"]]
            case _:
                return self.response({}, 404)
        return self.response(body)

    def file(self, path: str) -> None:
        content = self.gopro.files[path]
        asked = self.headers.get("Range", "")
        self.gopro.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-") or 0)
        if asked and start >= len(content):
            self.response({}, 416)
            return
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(content) - start + self.gopro.wrong_by))
        self.end_headers()
        if self.gopro.wrong_by > 0:
            self.close_connection = True
        self.gopro.wrong_by = 0
        if self.gopro.freezes:
            self.gopro.freezes -= 1
            self.wfile.write(content[start : start + self.gopro.piece])
            self.gopro.over.wait(60)
            self.close_connection = True
        elif self.gopro.break_downloads:
            self.gopro.break_downloads -= 1
            self.wfile.write(content[start : start + self.gopro.piece])
            self.close_connection = True
        else:
            with contextlib.suppress(ConnectionError):  # who believes a length that is too short goes early
                self.wfile.write(content[start:])

    def response(self, body, status: int = 200) -> None:
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
