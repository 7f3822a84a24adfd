from __future__ import annotations

from eliot_progress import extract
from eliot_progress.http_calls import start_call, trust_all


def test_a_call_is_an_action_from_which_the_other_side_goes_on(log):
    headers = {"tracestate": "other=1"}
    with start_call("GET", "camera.local", "/captured", headers, trust_all) as action:
        pass
    assert extract(headers).level == action.level
    assert headers["tracestate"].endswith(",other=1")
    assert {key: log[0][key] for key in ("action_type", "method", "host", "path")} == {
        "action_type": "http:call",
        "method": "GET",
        "host": "camera.local",
        "path": "/captured",
    }


def test_an_untrusted_host_receives_no_id():
    headers = {}
    with start_call("GET", "elsewhere.example", "/", headers, lambda host: host.endswith(".local")):
        pass
    assert headers == {}
