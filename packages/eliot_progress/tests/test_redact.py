from __future__ import annotations

import enum
import json
from collections import ChainMap, OrderedDict, UserDict, UserList, UserString, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from types import MappingProxyType, SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eliot_progress.encoding import encode
from eliot_progress.redact import REDACTED, SECRET_NAMES, redactor

PLANTED = "hunter2-planted"


@dataclass
class Login:
    password: object
    user: str = "me"


@dataclass
class Holder:
    inner: object
    more: list = field(default_factory=list)


class WithRepr:
    def __init__(self, inner):
        self.inner = inner

    def __repr__(self):
        return f"WithRepr(user='me', inner={self.inner!r})"


class SubDict(dict):
    pass


class SubString(str):
    __slots__ = ()


Pair = namedtuple("Pair", ["token", "user"])  # noqa: PYI024 - as old code has it
Wrapped = namedtuple("Wrapped", ["inner"])  # noqa: PYI024 - as above


def enumerated(value):
    return enum.Enum("Enumerated", {"MEMBER": value}).MEMBER


def nested(value, arounds):
    for around in arounds:
        value = around(value)
    return value


#: Ways to name a secret, for values that have names.
NAMES = st.sampled_from(
    [
        *SECRET_NAMES,
        *(name.upper().replace("_", "-") for name in SECRET_NAMES),
        "privateKey",
        "sessionid",
        "HTTP_AUTHORIZATION",
        "X-Auth-Token",
        "Set-Cookie",
        "dbPassword",
    ]
)
#: Texts and values that show the secret on their own.
TEXTS = st.builds(
    lambda form, name, before, after: f"{before} {form.format(name=name, secret=PLANTED)} {after}",
    st.sampled_from(
        [
            "{name}={secret}",
            "{name} = '{secret}'",
            "{name}: {secret}",
            "{name}:{secret}",
            "{name}: Bearer {secret}",
            '{{"{name}": "{secret}"}}',
            "{{'{name}': b'{secret}'}}",
            '{{\\"{name}\\": \\"{secret}\\"}}',
            "['{name}', '{secret}']",
            "--{name} {secret}",
            "--{name}={secret}",
            "-{name} '{secret}'",
            "--{name} \\'{secret}\\'",
            '{{"name": "{name}", "value": "{secret}"}}',
            '{{\\"name\\": \\"{name}\\", \\"value\\": \\"{secret}\\"}}',
            "Cookie: theme=dark; mine={secret}",
            "redis://me:{secret}@host:6379/0",
            "bearer {secret}",
        ]
    ),
    NAMES,
    st.text(st.characters(exclude_characters="'\"\\"), max_size=20),
    st.text(max_size=20),
)
NAMED = st.one_of(
    st.builds(lambda name: {name: PLANTED}, NAMES),
    st.builds(lambda name: {name.encode(): PLANTED.encode()}, NAMES),
    st.builds(lambda name: [name, PLANTED], NAMES),
    st.builds(lambda name: ("--" + name, PLANTED), NAMES),
    st.builds(lambda name: [(name.encode(), PLANTED.encode())], NAMES),
    st.builds(lambda name: {"name": name, "value": PLANTED}, NAMES),
    st.builds(lambda name: SimpleNamespace(**{name: PLANTED}), NAMES.filter(str.isidentifier)),
    st.just(Login(PLANTED)),
    st.just(Pair(PLANTED, "me")),
    st.just({f"https://me:{PLANTED}@host/": 1}),
)
#: All that can be logged around it.
AROUND = st.sampled_from(
    [
        lambda value: [value],
        lambda value: (1, value),
        lambda value: {"inner": value},
        lambda value: OrderedDict(inner=value),
        lambda value: defaultdict(list, inner=value),
        lambda value: SubDict(inner=value),
        lambda value: UserDict(inner=value),
        lambda value: ChainMap({"inner": value}),
        lambda value: MappingProxyType({"inner": value}),
        lambda value: {"inner": value}.values(),
        lambda value: {"inner": value}.items(),
        lambda value: deque([value]),
        lambda value: UserList([value]),
        Holder,
        Wrapped,
        WithRepr,
        ValueError,
        enumerated,
        lambda value: SimpleNamespace(inner=value),
    ]
)
OF_TEXT = st.sampled_from(
    [
        str,
        str.encode,
        lambda text: bytearray(text.encode()),
        lambda text: memoryview(text.encode()),
        SubString,
        UserString,
        LookupError,
        enumerated,
        lambda text: {text},
        lambda text: frozenset([text]),
        lambda text: {text: 1},
    ]
)
SECRETS = st.builds(
    nested,
    NAMED | st.builds(lambda form, text: form(text), OF_TEXT, TEXTS),
    st.lists(AROUND, max_size=4),
)


def logged(message):
    return encode(redactor()(message)).decode()


@given(value=SECRETS)
def test_a_secret_in_anything_that_can_be_logged_is_gone(value):
    line = logged({"field": value, "n": 1})
    assert PLANTED not in line
    assert json.loads(line)["n"] == 1


@given(name=NAMES, value=st.sampled_from([PLANTED, 7, [PLANTED], {"a": PLANTED}, PLANTED.encode()]))
def test_a_field_with_the_name_of_a_secret_holds_none(name, value):
    assert json.loads(logged({name: value})) == {name: REDACTED}


def test_a_field_named_by_a_secret_is_renamed():
    message = json.loads(logged({f"https://me:{PLANTED}@host/": 1, "n": 2}))
    assert message == {"https://me:[redacted]@host/": 1, "n": 2}


def test_what_is_too_deep_to_be_searched_is_replaced():
    deep = PLANTED
    for _ in range(12):
        deep = [deep]
    assert PLANTED not in logged({"deep": deep})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("db://me:hunter2@host", "db://me:[redacted]@host"),
        ("run --password hunter2 --fast", "run --password [redacted] --fast"),
        ("password='correct horse battery' next", "password='[redacted]' next"),
        ("password: hunter2, user: me", "password: [redacted], user: me"),
        ("Authorization: Bearer abcdefghijk", "Authorization: Bearer [redacted]"),
    ],
)
def test_only_the_secret_is_replaced(text, shown):
    assert redactor()({"note": text}) == {"note": shown}


@pytest.mark.parametrize(
    "message",
    [
        {"task_uuid": "x", "note": "tokenless", "n": 3, "list": [1, {"a": None}]},
        {"note": "It begins at 10:30, without a word = a sign of one.", "path": "/a/b -c"},
        {"args": ["--fast", "2", "a b"], "size": 12.5, "of": {"a": ["b"]}},
    ],
)
def test_the_rest_stays_as_it_is(message):
    assert redactor()(message) == message


def test_own_names_can_be_given():
    assert redactor(["pin"])({"PIN": 1234, "password": "kept"}) == {"PIN": REDACTED, "password": "kept"}
