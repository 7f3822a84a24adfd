"""Draws hostile requests for every GraphQL operation and address, and websocket messages; judges the answers.

A document is built from the schema itself, so a field that is added tomorrow is tried too. Everything follows
from one seed: the same seed sends the same requests.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

if TYPE_CHECKING:
    from random import Random

    from graphql import GraphQLField, GraphQLInputType, GraphQLOutputType, GraphQLSchema

_DEPTH = 4
#: What only an unplanned error says: SQL, tracebacks, paths, names of exceptions and of our modules.
RAW = re.compile(
    r"Traceback|File \"|SELECT |INSERT |UPDATE |constraint|sqlite|psycopg|site-packages|/timelapse/"
    r"|timelapse\.[a-z]"
    r"|(?<![\w.])[A-Z]\w+(Error|Exception)\b|object has no attribute|codec can't|%\(|b'|unexpected keyword"
)
_TEXTS = [
    "",
    "x",
    "\0",
    "\ud800",
    "\u202e\N{SNOWMAN}",
    "'; DROP TABLE cameras_camera; --",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "%s%n{}{0}",
    "x" * 5000,
    "9" * 400,
    "NaN",
    "-1",
    "2026-13-45T99:99",
    "9999-12-31T23:59:59.999999+14:00",
    "0001-01-01T00:00:00Z",
    "sunrise+99999999999h..sunset",
]
_NUMBERS = [0, -1, 1, 2, 50, 101, 2**31 - 1, 2**31, -(2**31), 2**63, 10**30, 1e308, -1e-308, 1.5]
_ODD = [None, True, [], {}, [[]], {"a": 1}]
_KINDS = ["Camera", "Timelapse", "Movie", "Frame", "User", "Nope", "Hold", "Run", ""]
_KEYS = [
    "1",
    "0",
    "-1",
    "x",
    "",
    "\0",
    "9" * 30,
    "00000000-0000-0000-0000-000000000000",
    "1.5",
    "\N{ARABIC-INDIC DIGIT ONE}",
]

_SPOILING = [{"x": "y" * 2_000_000}, {"payload": None}, {"id": None}, {"type": ["subscribe"]}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzzer:
    """Draws requests. ``ids`` are ids of objects that exist."""

    random: Random
    schema: GraphQLSchema
    ids: tuple[str, ...]

    def document(self) -> tuple[str, dict[str, Any]]:
        """Draw an operation of one field and its variables."""
        kind, root = self.random.choice(
            [("query", self.schema.query_type), ("mutation", self.schema.mutation_type)]
        )
        assert root is not None
        name, field = self.random.choice(sorted(root.fields.items()))
        variables: dict[str, Any] = {}
        text = self._field(name, field, variables, _DEPTH)
        declared = ", ".join(f"${name}: {drawn[0]}" for name, drawn in variables.items())
        values = {name: drawn[1] for name, drawn in variables.items()}
        return f"{kind}{f' ({declared})' if declared else ''} {{ {text} }}", values

    def frames(self) -> list[str | bytes]:
        """Draw what one websocket sends: mostly messages of the protocol, out of order, spoiled or huge."""
        draw = self.random.choice
        messages = [self._message() for _ in range(self.random.randint(1, 6))]
        if self.random.random() < 0.7:
            messages.insert(0, {"type": "connection_init"})
        texts: list[str | bytes] = []
        for message in messages:
            text = json.dumps(message)
            spoiled = [
                text[: len(text) // 2],
                text + "}",
                f"[{text}]",
                text.encode(),
                b"\xff\xfe",
                "",
                "null",
            ]
            texts.append(draw(spoiled) if self.random.random() < 0.15 else text)
        return texts

    def _message(self) -> dict[str, Any]:
        draw = self.random.choice
        kinds = ["subscribe", "subscribe", "subscribe", "complete", "ping", "pong", "connection_init"]
        kind = draw([*kinds, "connection_ack", "next", "error", draw(_TEXTS), draw(_ODD), 1])
        payload = draw([self._operation(), self._operation(), self._operation(), draw(_ODD), draw(_TEXTS)])
        message = {"type": kind, "id": draw(["1", "1", "2", "", 7, *_ODD, draw(_TEXTS)]), "payload": payload}
        for name in list(message):
            if self.random.random() < 0.05:
                del message[name]
        return message | (draw(_SPOILING) if self.random.random() < 0.1 else {})

    def _operation(self) -> dict[str, Any]:
        """Draw the payload of a subscription, and now and then of a query or of nonsense."""
        root = self.schema.subscription_type
        if root is None or self.random.random() < 0.3:
            document, variables = self.document()
            return {"query": document, "variables": variables}
        name, field = self.random.choice(sorted(root.fields.items()))
        variables = {}
        text = self._field(name, field, variables, _DEPTH)
        declared = ", ".join(f"${name}: {drawn[0]}" for name, drawn in variables.items())
        document = f"subscription{f' ({declared})' if declared else ''} {{ {text} }}"
        payload = {"query": document, "variables": {name: drawn[1] for name, drawn in variables.items()}}
        extra = {"operationName": self.random.choice([*_TEXTS, *_ODD]), "extensions": self._leaf("JSON")}
        return payload | (extra if self.random.random() < 0.2 else {})

    def _field(self, name: str, field: GraphQLField, variables: dict[str, Any], depth: int) -> str:
        given = []
        for argument, definition in field.args.items():
            required = isinstance(definition.type, GraphQLNonNull)
            if required or self.random.random() < 0.6:
                variable = f"v{len(variables)}"
                variables[variable] = (str(definition.type), self.value(definition.type, 4))
                given.append(f"{argument}: ${variable}")
        arguments = f"({', '.join(given)})" if given else ""
        below = self._selection(field.type, variables, depth - 1)
        return f"{name}{arguments}{below}"

    def _selection(self, of: GraphQLOutputType, variables: dict[str, Any], depth: int) -> str:
        named = get_named_type(of)
        if is_leaf_type(named):
            return ""
        fields = ["__typename"]
        if depth > 0 and isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            chosen = self.random.sample(
                sorted(named.fields), k=min(len(named.fields), self.random.randint(1, 6))
            )
            fields += [self._field(name, named.fields[name], variables, depth) for name in chosen]
        if depth > 0 and isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
            inner = self.random.choice(self.schema.get_possible_types(named))
            fields.append(f"... on {inner.name}{self._selection(inner, variables, depth)}")
        aliased = [
            text if text.startswith("...") else f"f{number}: {text}" for number, text in enumerate(fields)
        ]
        return f" {{ {' '.join(aliased)} }}"

    def value(self, of: GraphQLInputType, depth: int) -> Any:
        """Draw a value for an argument: mostly of its type, sometimes not."""
        if self.random.random() < 0.04:
            return self.random.choice([*_ODD, *_NUMBERS, *_TEXTS])
        if isinstance(of, GraphQLNonNull):
            return self.value(of.of_type, depth)
        if isinstance(of, GraphQLList):
            return [self.value(of.of_type, depth - 1) for _ in range(self.random.choice([0, 1, 3, 40]))]
        if isinstance(of, GraphQLInputObjectType):
            return {
                name: self.value(field.type, depth - 1)
                for name, field in of.fields.items()
                if isinstance(field.type, GraphQLNonNull) or self.random.random() < 0.5
            }
        if isinstance(of, GraphQLEnumType):
            return self.random.choice(sorted(of.values))
        return self._leaf(of.name)

    def _leaf(self, name: str) -> Any:
        draw = self.random.choice
        if name in {"Int", "BigInt", "Float"}:
            return draw(_NUMBERS)
        if name == "Boolean":
            return draw([True, False])
        if name == "JSON":
            return draw([*_ODD, *_NUMBERS, *_TEXTS, _nested(self.random.choice([3, 60]))])
        if name == "ID":
            return draw([*self.ids, *self.ids, draw(_TEXTS), _global_id(draw(_KINDS), draw(_KEYS))])
        return draw([*_TEXTS, _global_id("arrayconnection", draw(_KEYS))])

    def request(self, folders: list[str]) -> tuple[str, str, dict[str, str], bytes]:
        """Draw a method, a path, headers and a body for an address that is no GraphQL."""
        draw = self.random.choice
        method = draw(["GET", "GET", "POST", "HEAD", "PATCH", "PUT", "DELETE", "OPTIONS"])
        tail = draw(
            [
                "",
                draw(_KEYS),
                f"{draw(_KEYS)}.jpg",
                f"{draw(_KEYS)}.mp4",
                "%00",
                "..%2f..",
                "%ff%fe",
                "a" * 3000,
            ]
        )
        names = [
            "Authorization",
            "Range",
            "If-None-Match",
            "Upload-Offset",
            "Upload-Length",
            "Upload-Metadata",
            "Upload-Checksum",
            "Tus-Resumable",
            "Content-Type",
            "X-HTTP-Method-Override",
            "traceparent",
            "Cookie",
            "Accept-Language",
            "X-Forwarded-For",
        ]
        values = [
            "",
            "1.0.0",
            "Bearer x",
            "bytes=0-",
            "bytes=9-1,-1,,",
            "-1",
            "9" * 40,
            "application/json",
            "PATCH",
            "00-" + "f" * 32 + "-" + "0" * 16 + "-01",
            "sessionid=" + "x" * 300,
            "*",
            "sha256 !!",
            "metadata e30=",
        ]
        headers = {name: draw(values) for name in self.random.sample(names, k=self.random.randint(0, 4))}
        body = draw(
            [b"", b"{}", b"[]", b"null", b"{", b"\xff\xfe", b'{"a":' * 2000, b'{"code": 1e999}', b"x" * 2000]
        )
        path = (draw(folders) + tail).encode("utf-8", "surrogatepass")
        safe = "".join(chr(byte) if 33 <= byte < 127 else f"%{byte:02x}" for byte in path)
        return method, safe, headers, body


def _global_id(kind: str, key: str) -> str:
    return base64.b64encode(f"{kind}:{key}".encode("utf-8", "surrogatepass")).decode()


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": [value]}
    return value


def faults(status: int, content: bytes) -> list[str]:
    """Say what is wrong with an answer of the GraphQL endpoint; nothing, if all of it was planned."""
    if status >= 500:
        return [f"status {status}"]
    text = content.decode("utf-8", "replace")
    found = [f"raw text {raw.group()!r}" for raw in RAW.finditer(_errors_only(text))]
    try:
        answer = json.loads(text)
    except ValueError:
        return found if status in {400, 403, 413} else [*found, "no JSON"]
    for error in answer.get("errors") or ():
        code = (error.get("extensions") or {}).get("code")
        if code in {None, "internal_error"}:
            found.append(f"{code}: {error.get('message')}")
    for error in _user_errors(answer.get("data")):
        found += [
            f"no {part} in {error}"
            for part in ("code", "message", "remedy")
            if part in error and not error[part]
        ]
    return found


#: Close codes that are answers: of graphql-transport-ws, "invalid data", "too big", and a normal end.
_CLOSING = {1000, 1002, 1003, 1007, 1009, 4400, 4401, 4403, 4406, 4408, 4409, 4429}
_ANSWERS = {"connection_ack", "next", "error", "complete", "ping", "pong"}


def socket_faults(answer: dict[str, Any]) -> list[str]:
    """Say what is wrong with what a websocket sends; nothing, if all of it was planned."""
    if answer["type"] == "websocket.close":
        code = answer.get("code", 1000)
        raw = RAW.search(answer.get("reason") or "")
        found = [] if code in _CLOSING else [f"close code {code}"]
        return [*found, *([f"raw text {raw.group()!r}"] if raw else [])]
    if answer["type"] != "websocket.send":
        return [] if answer["type"] == "websocket.accept" else [f"sends {answer['type']}"]
    message = json.loads(answer["text"])
    if message["type"] not in _ANSWERS:
        return [f"message {message['type']}"]
    payload = message.get("payload") or {}
    content = {"errors": payload} if message["type"] == "error" else payload
    return faults(200, json.dumps(content).encode())


def _errors_only(text: str) -> str:
    """The texts that the server wrote: messages; data may hold whatever was sent."""
    return "\n".join(re.findall(r'"message": ?"((?:[^"\\]|\\.)*)"', text)) or (
        "" if text.startswith("{") else text
    )


def _user_errors(data: Any) -> list[dict[str, Any]]:
    payloads = [payload for payload in (data or {}).values() if isinstance(payload, dict)]
    return [error for payload in payloads for error in payload.get("errors") or () if isinstance(error, dict)]
