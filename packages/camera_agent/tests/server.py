"""A strict stand-in for the server: follows docs/reference/agent-protocol.md and injects faults.

Every deviation of the agent from the protocol is noted in `violations`, which must stay empty.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import secrets
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

from PIL import Image

from camera_agent.protocol.captures import parse_header, read_metadata
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.messages import Heartbeat, PairingRequest, Records, read_message

API_PREFIX = "/agent/v1"
REQUIRED = {
    "capture",
    "sha256",
    "filename",
    "filetype",
    "captured_at",
    "clock",
    "boot",
    "monotonic_ns",
    "sequence",
}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the next request that matches: see `Handler._fault`."""

    kind: str
    method: str = "POST"
    path: str = "/captures"
    value: int = 0


@dataclass
class Upload:
    length: int
    metadata: dict[str, str]
    content: bytearray = field(default_factory=bytearray)
    status: str = ""
    refused: str = ""
    traceparent: str = ""


class StrictServer:
    """`with StrictServer() as server:` serves at `server.url`; `fail(...)` queues faults."""

    def __init__(self) -> None:
        self.uploads: dict[str, Upload] = {}
        self.stored: list[str] = []
        self.heartbeats: list[dict] = []
        self.records: dict[str, dict] = {}
        self.commands: list[dict] = []
        self.previews: list[str] = []
        self.time = "2026-11-23T21:50:00.310Z"
        self.requests: list[tuple[str, str]] = []
        self.violations: list[str] = []
        self.connections = 0
        self.tokens: set[str] = set()
        self.codes: dict[str, str] = {}
        self.pairing: deque[tuple[int, dict]] = deque()
        self.pairing_tokens: list[str | None] = []
        self.config: dict = {"revision": 0, "interval_s": 2.0}
        self.max_bytes = 50_000_000
        self.close_after_answer = False
        #: Captures over which it fails whenever they come.
        self.fail_over: set[str] = set()
        self.date = ""
        self._faults: deque[Fault] = deque()
        self._changed = threading.Condition()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.strict = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        assert self.violations == []

    def add_token(self) -> str:
        token = f"cam_{secrets.token_urlsafe(16)}"
        self.tokens.add(token)
        return token

    def fail(self, *faults: Fault) -> None:
        self._faults.extend(faults)

    def take_fault(self, method: str, path: str) -> Fault | None:
        with self._changed:
            if self._faults and self._faults[0].method == method and path.startswith(self._faults[0].path):
                return self._faults.popleft()
            return None

    @property
    def faults_left(self) -> int:
        return len(self._faults)

    def note(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, condition, timeout_s: float = 60.0) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, timeout_s), f"not within {timeout_s} s"

    def names(self) -> list[str]:
        return [self.uploads[capture].metadata["filename"] for capture in self.stored]


def _fixed(metadata: dict[str, str]) -> dict[str, str]:
    """What a repeated creation must not change: all but the time, which may have been learnt since."""
    return {name: value for name, value in metadata.items() if name not in ("captured_at", "clock")}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement

    @property
    def strict(self) -> StrictServer:
        return self.server.strict  # type: ignore[attr-defined, no-any-return]

    def setup(self) -> None:
        super().setup()
        self.strict.connections += 1

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        self._handle("POST")

    def do_OPTIONS(self) -> None:
        self._handle("OPTIONS")

    def date_time_string(self, timestamp=None) -> str:
        return self.strict.date or super().date_time_string(timestamp)

    def do_HEAD(self) -> None:
        self._handle("HEAD")

    def do_PATCH(self) -> None:
        self._handle("PATCH")

    def _handle(self, method: str) -> None:
        self._unread = int(self.headers.get("Content-Length") or 0)
        path = urlsplit(self.path).path.removeprefix(API_PREFIX)
        self.strict.requests.append((method, path))
        if not self.path.startswith(API_PREFIX):
            return self._answer(404)
        self._lose_answer = False
        if (fault := self.strict.take_fault(method, path)) and self._fault(fault, path):
            return None
        try:
            self._route(method, path)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        self.strict.note()
        return None

    def _fault(self, fault: Fault, path: str) -> bool:
        """Act out a fault; True when the request is answered (or never will be)."""
        if fault.kind == "drop":  # the link dies after `value` bytes of the body; they are kept
            self._keep_partial(path, fault.value)
            self._reset()
        elif fault.kind == "refuse":  # an error status
            self._answer(fault.value, error=(f"fault_{fault.value}", "injected"))
        elif fault.kind == "retry_after":
            self._answer(503, {"Retry-After": str(fault.value)}, error=("busy", "injected"))
        elif fault.kind == "proxy":  # something before the server answers in its place
            self._read(self._unread)
            asked = {"Retry-After": "86400"} if fault.value == 503 else {}
            page = b"<html>Blocked by your network.</html>"
            self._write(fault.value, {"Content-Type": "text/html", "Location": "/login", **asked}, page)
        elif fault.kind == "no_offset":  # an answer that breaks the protocol
            self._read(self._unread)
            self._answer(201)
        elif fault.kind == "lose_answer":
            self._lose_answer = True
            return False
        return True

    def _keep_partial(self, path: str, count: int) -> None:
        if path == "/captures":
            upload = self._created()
            assert upload is not None
        else:
            upload = self.strict.uploads[path.rsplit("/", 1)[1]]
        upload.content += self._read(min(count, self._unread))

    def _reset(self) -> None:
        # Linger 0: the peer sees a reset, as when a link breaks.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
        self.rfile = io.BytesIO()
        self.wfile = io.BytesIO()

    def _route(self, method: str, path: str) -> None:
        open_doors = {("POST", "/pairing"): self._pairing, ("POST", "/token"): self._token}
        open_doors[("OPTIONS", "/captures")] = self._options
        doors = {("POST", "/heartbeat"): self._heartbeat, ("POST", "/records"): self._records}
        if endpoint := open_doors.get((method, path)):
            endpoint()
        elif self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.strict.tokens:
            self._answer(401, error=("token_revoked", "The token was revoked."))
        elif endpoint := doors.get((method, path)):
            endpoint()
        elif path.removeprefix("/captures/") in self.strict.fail_over:
            self._answer(500, error=("broken", "injected"))
        else:
            self._tus(method, path)

    def _options(self) -> None:
        self._answer(204, {"Tus-Version": "1.0.0"})

    def _tus(self, method: str, path: str) -> None:
        if self.headers.get("Tus-Resumable") != "1.0.0":
            self.strict.violations.append(f"{method} {path} without Tus-Resumable")
            return self._answer(412)
        if (method, path) == ("POST", "/captures"):
            return self._create()
        upload = self.strict.uploads.get(path.removeprefix("/captures/"))
        if upload is None:
            return self._answer(404, error=("unknown_capture", "No such upload."))
        if method == "HEAD":
            sizes = {"Upload-Offset": str(len(upload.content)), "Upload-Length": str(upload.length)}
            return self._answer(422 if upload.refused else 200, sizes)
        return self._append(upload)

    def _json(self) -> dict:
        if self.headers.get("Content-Type") != "application/json":
            self.strict.violations.append("a JSON body without its Content-Type")
        message = json.loads(self._read(self._unread))
        if message.get("protocol") != 1:
            self.strict.violations.append("a JSON message without protocol 1")
        return message

    def _checked(self, kind: type, message: dict) -> None:
        """Note what the protocol does not allow."""
        try:
            read_message(kind, message)
        except InvalidValueError as error:
            self.strict.violations.append(f"{kind.__name__}, {error.path}: {error}")

    def _pairing(self) -> None:
        message = self._json()
        self._checked(PairingRequest, message)
        if set(message) != {"protocol", "name", "driver", "model", "agent"}:
            self.strict.violations.append(f"pairing with {sorted(message)}")
        self.strict.pairing_tokens.append(
            self.headers["Authorization"].removeprefix("Bearer ") if "Authorization" in self.headers else None
        )
        response = {"device_code": secrets.token_urlsafe(24), "user_code": "BDWP-HQPK", "interval": 0.01}
        response |= {"verification_uri": f"{self.strict.url}/pair", "expires_in": 900}
        response |= {"verification_uri_complete": f"{self.strict.url}/pair?code=BDWP-HQPK"}
        self.strict.codes[response["device_code"]] = message["name"]
        self._answer(201, body=response)

    def _token(self) -> None:
        name = self.strict.codes[self._json()["device_code"]]
        if self.strict.pairing:
            status, body = self.strict.pairing.popleft()
            return self._answer(status, body=body)
        token = self.strict.add_token()
        body = {"access_token": token, "token_type": "Bearer", "camera": "0b8f5a52", "name": name}
        return self._answer(200, body=body)

    def _heartbeat(self) -> None:
        beat = self._json()
        if len(beat) > 2:  # tests of the client send something shorter
            self._checked(Heartbeat, beat)
        self.strict.heartbeats.append(beat)
        reported = {one["id"] for one in beat.get("commands", []) if one["state"] != "running"}
        self.strict.commands = [one for one in self.strict.commands if one["id"] not in reported]
        body = {"protocol": 1, "server_time": self.strict.time, "config": self.strict.config}
        body |= {"commands": self.strict.commands, "commands_acknowledged": sorted(reported)}
        body |= {"clock_fixes_stored": [fix["boot"] for fix in beat.get("clock_fixes", [])]}
        self._answer(200, body=body)

    def _records(self) -> None:
        message = self._json()
        self._checked(Records, message)
        records = message["records"]
        if not 0 < len(records) <= 500 or len(json.dumps(records)) > 256 * 1024:
            self.strict.violations.append(f"{len(records)} records of {len(json.dumps(records))} bytes")
        for record in records:
            if set(record) != {"id", "kind", "at", "clock", "data"} or not RFC3339.fullmatch(record["at"]):
                self.strict.violations.append(f"record {record}")
            self.strict.records[record["id"]] = record
        self._answer(200, body={"protocol": 1, "stored": len(records)})

    def _created(self) -> Upload | None:
        metadata = parse_header(self.headers.get("Upload-Metadata", ""))
        if missing := REQUIRED - set(metadata):
            self.strict.violations.append(f"creation without {sorted(missing)}")
            return None
        try:
            read_metadata(metadata)
        except InvalidValueError as error:
            self.strict.violations.append(f"metadata: {error}")
        if not RFC3339.fullmatch(metadata["captured_at"]):
            self.strict.violations.append(f"captured_at {metadata['captured_at']!r}")
        length = int(self.headers["Upload-Length"])
        caused = self.headers.get("traceparent", "")
        new = Upload(length, metadata, traceparent=caused)
        upload = self.strict.uploads.setdefault(metadata["capture"], new)
        if _fixed(upload.metadata) != _fixed(metadata):
            self.strict.violations.append(f"{metadata['capture']} created twice with other metadata")
        return upload

    def _create(self) -> None:
        upload = self._created()
        if upload is None:
            return self._answer(400)
        if upload.metadata["capture"] in self.strict.fail_over:
            return self._answer(500, error=("broken", "injected"))
        if upload.length > self.strict.max_bytes:
            return self._answer(413, error=("too_large", "Too large."))
        if self._unread and not upload.content:
            upload.content += self._read(self._unread)
        return self._finish(upload, 201)

    def _append(self, upload: Upload) -> None:
        if self.headers.get("Content-Type") != "application/offset+octet-stream":
            self.strict.violations.append("PATCH without its Content-Type")
        if int(self.headers["Upload-Offset"]) != len(upload.content):
            return self._answer(409, error=("wrong_offset", "Wrong offset."))
        upload.content += self._read(self._unread)
        return self._finish(upload, 204)

    def _finish(self, upload: Upload, status: int) -> None:
        capture = upload.metadata["capture"]
        headers = {"Upload-Offset": str(len(upload.content)), "Location": f"{API_PREFIX}/captures/{capture}"}
        if len(upload.content) > upload.length:
            self.strict.violations.append(f"{capture} is longer than announced")
        if len(upload.content) == upload.length and not upload.status:
            if hashlib.sha256(upload.content).hexdigest() != upload.metadata["sha256"]:
                upload.content.clear()
                return self._answer(460, error=("checksum_mismatch", "Damaged."))
            if not self._is_picture(upload):
                upload.refused = "not_a_picture"
        if upload.refused:
            return self._answer(422, error=(upload.refused, "The file is no picture."))
        if len(upload.content) == upload.length:
            headers["Capture-Status"] = "duplicate" if upload.status else "stored"
            kept = self.strict.previews if upload.metadata.get("kind") == "preview" else self.strict.stored
            if not upload.status:
                kept.append(capture)
            upload.status = "stored"
        return self._answer(status, headers)

    @staticmethod
    def _is_picture(upload: Upload) -> bool:
        try:
            with Image.open(io.BytesIO(upload.content)) as picture:
                picture.load()
        except (OSError, SyntaxError):
            return False
        return True

    def _read(self, count: int) -> bytes:
        content = self.rfile.read(count)
        self._unread -= len(content)
        return content

    def _answer(self, status: int, headers: dict | None = None, body: dict | None = None, error=None) -> None:
        if self._unread:  # refusing without reading the body: the connection can't be used again
            self.close_connection = True
            self._read(self._unread) if self._unread < 1_000_000 else None
        if getattr(self, "_lose_answer", False):
            self._reset()
            return
        if error is not None:
            body = {"error": {"code": error[0], "message": error[1], "remedy": ""}}
        content = b"" if body is None else json.dumps(body).encode()
        self._write(status, {"Tus-Resumable": "1.0.0", **(headers or {})}, content)

    def _write(self, status: int, headers: dict, content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        # An idle connection that ends without a word, as a server's keep-alive does.
        self.close_connection |= self.strict.close_after_answer
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
