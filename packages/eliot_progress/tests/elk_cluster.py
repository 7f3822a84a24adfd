"""A stand-in for a cluster's bulk endpoint over HTTP, stricter than a real one, that can be in trouble."""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TYPES = {
    "keyword": lambda value: isinstance(value, str) and len(value.encode()) <= 32766,
    "text": lambda value: isinstance(value, str),
    "double": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "long": lambda value: type(value) is int and abs(value) < 2**63,
    "date": lambda value: (
        isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value) is not None
    ),
}


def check(value, mapping, name=""):
    """Raise ValueError when a document does not fit the mapping, or has a field that it does not name."""
    kind = mapping.get("type", "object")
    if kind in ("flattened", "flat_object"):
        flat(value, name)
    elif kind != "object":
        if not TYPES[kind](value):
            raise ValueError(f"failed to parse field [{name}] of type [{kind}]: {value!r:.100}")
    else:
        if not isinstance(value, dict):
            raise ValueError(f"object mapping for [{name}] tried to parse a value")
        for key, inner in value.items():
            if key not in mapping["properties"]:
                raise ValueError(f"[{name}.{key}] has no type")
            check(inner, mapping["properties"][key], f"{name}.{key}")


def flat(value, name, depth=0):
    if depth > 20:
        raise ValueError(f"[{name}] is nested deeper than 20")
    if isinstance(value, dict) and any(not key or "\x00" in key or "." in key for key in value):
        raise ValueError(f"[{name}] has a key that is empty, or has a NUL or a dot")
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            flat(inner, name, depth + 1)
    elif depth == 0:
        raise ValueError(f"[{name}] is no object")
    elif isinstance(value, str) and len(value.encode()) > 32766:
        raise ValueError(f"[{name}] holds an immense term")


class Cluster(ThreadingHTTPServer):
    """`troubles` are met one a request: a status, "some" (every third item is put off), "cut" (after the
    documents were stored, before the answer), "lost" (before), "odd" (an answer without items)."""

    daemon_threads = True

    def __init__(self, mapping, longest=1 << 20):
        super().__init__(("127.0.0.1", 0), Bulk)
        self.mapping, self.longest = mapping, longest
        self.documents, self.troubles, self.wrong, self.requests = {}, [], [], 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        pass  # a connection that was cut on purpose


class Bulk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        trouble = self.server.troubles.pop(0) if self.server.troubles else None
        self.server.requests += 1
        if trouble == "lost":
            self.close_connection = True
            return
        if isinstance(trouble, int):
            self.answer(trouble, {"error": {"type": "trouble", "reason": "on purpose"}, "status": trouble})
            return
        if len(body) > self.server.longest:
            self.answer(413, {"error": "too large", "status": 413})
            return
        try:
            pairs = self.pairs(body)
        except (ValueError, KeyError, AssertionError) as error:
            self.server.wrong.append(repr(error))
            self.answer(400, {"error": {"type": "illegal_argument_exception", "reason": repr(error)}})
            return
        items = [
            {"create": self.stored(n, *pair, put_off=trouble == "some" and n % 3 == 0)}
            for n, pair in enumerate(pairs)
        ]
        if trouble == "cut":
            self.close_connection = True
            return
        errors = any(item["create"]["status"] >= 300 for item in items)
        self.answer(200, {} if trouble == "odd" else {"took": 1, "errors": errors, "items": items})

    do_PUT = do_POST  # noqa: N815 - http.server's name

    def pairs(self, body):
        """Every line is checked, and the end of the last."""
        kind = self.headers["Content-Type"]
        assert self.path.split("?")[0] == "/_bulk", self.path
        assert re.fullmatch(r"application/(vnd\.elasticsearch\+)?x-ndjson(;\s?compatible-with=\d+)?", kind), (
            kind
        )
        assert body.endswith(b"\n"), "The bulk request must be terminated by a newline"
        lines = body[:-1].split(b"\n")
        assert len(lines) % 2 == 0, "an action without its document"
        pairs = []
        for action, document in zip(lines[::2], lines[1::2], strict=True):
            ((operation, meta),) = json.loads(action).items()
            assert operation == "create", (
                "only write ops with an op_type of create are allowed in data streams"
            )
            assert set(meta) == {"_index", "_id"}, meta
            assert meta["_index"] == "logs-eliot-default", meta
            assert re.fullmatch("[0-9a-f]{40}", meta["_id"]), meta
            pairs.append((meta["_id"], json.loads(document, parse_constant=self.constant)))
        return pairs

    def constant(self, name):
        raise ValueError(f"{name} is no JSON")

    def stored(self, n, identifier, document, put_off):
        result = {"_index": ".ds-logs-eliot-default-000001", "_id": identifier}
        if put_off:
            return {**result, "status": 429, "error": {"type": "es_rejected_execution_exception"}}
        if identifier in self.server.documents:
            return {**result, "status": 409, "error": {"type": "version_conflict_engine_exception"}}
        try:
            check(document, self.server.mapping)
        except ValueError as error:
            reason = {"type": "document_parsing_exception", "reason": str(error)}
            return {**result, "status": 400, "error": reason}
        self.server.documents[identifier] = document
        return {**result, "status": 201, "result": "created"}

    def answer(self, status, body):
        sent = json.dumps(body).encode()
        self.send_response(status)
        kind = self.headers.get("Accept", "application/json")
        self.send_header("Content-Type", kind)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *args):
        pass
