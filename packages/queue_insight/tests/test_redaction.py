from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_insight.redaction import redact

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("('a', 1) {'n': 2}", "('a', 1) {'n': 2}"),
        ("{'password': 'hunter2', 'n': 2}", "{'password': [redacted], 'n': 2}"),
        ("{'n': 2, 'api_key': \"hunter2\"}", "{'n': 2, 'api_key': [redacted]}"),
        ("{'Authorization': 'Bearer hunter2'}", "{'Authorization': [redacted]}"),
        ("{'card': {'number': 'hunter2', 'cvc': [1, 2]}, 'n': 1}", "{'card': [redacted], 'n': 1}"),
        ("(User(name='a', secret_token='hunter2'),)", "(User(name='a', secret_token=[redacted]),)"),
        ("{'password': 'hun\\'ter2, x', 'n': 1}", "{'password': [redacted], 'n': 1}"),
        ("{'password': 'hunter2...", "{'password': [redacted]"),
        ("{'tokens': ['hunter2', 'x'], 'n': 1}", "{'tokens': [redacted], 'n': 1}"),
        ('(\'{"password": "hunter2", "n": 1}\',)', '(\'{"password": [redacted], "n": 1}\',)'),
        ("E('postgres://anna:hunter2@db/x failed')", "E('postgres://anna:[redacted]@db/x failed')"),
        (
            "E('see https://host:80/a@b and redis://:hunter2@r')",
            "E('see https://host:80/a@b and redis://:[redacted]@r')",
        ),
        ("RefusedError('password=hunter2')", "RefusedError('password=[redacted]')"),
        ("f('token: hun'ter2)", "f('token: [redacted]"),
        ("", ""),
    ],
)
def test_the_value_of_a_name_that_may_be_secret_is_removed(text, redacted):
    assert redact(text) == redacted


@given(
    name=st.sampled_from(["password", "my_secret", "TOKEN", "apikey", "authorization", "credit-card"]),
    value=st.recursive(
        st.just(SECRET) | st.text(max_size=5).map(lambda text: f"{SECRET}{text}"),
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3) | st.dictionaries(st.just("n"), inner, min_size=1)
        ),
        max_leaves=4,
    ),
    cut=st.integers(0, 40),
)
def test_no_part_of_a_secret_remains_however_the_text_is_cut(name, value, cut):
    text = repr({"first": 1, name: value, "last": (2, "x")})
    assert SECRET not in redact(text[: len(text) - cut])


def test_the_setting_names_other_words_or_none(settings):
    settings.QUEUE_INSIGHT = {"REDACT": ("iban",)}
    assert redact("{'iban': 'hunter2', 'password': 'x'}") == "{'iban': [redacted], 'password': 'x'}"
    settings.QUEUE_INSIGHT = {"REDACT": ()}
    assert redact("{'password': 'x'}") == "{'password': 'x'}"
