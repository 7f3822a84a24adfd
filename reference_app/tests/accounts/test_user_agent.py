from __future__ import annotations

import pytest

from timelapse.accounts.models import BrowserSession
from timelapse.accounts.user_agent import in_words

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0{} Safari/537.36{}"
WINDOWS, LINUX = "Windows NT 10.0; Win64; x64", "X11; Linux x86_64"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (CHROME.format(WINDOWS, "", ""), "Chrome on Windows"),
        (CHROME.format(WINDOWS, "", " Edg/142.0.0.0"), "Edge on Windows"),
        (CHROME.format(LINUX, "", " OPR/120.0.0.0"), "Opera on Linux"),
        (CHROME.format("Linux; Android 10; K", " Mobile", ""), "Chrome on Android"),
        (CHROME.format("X11; CrOS x86_64 14541.0.0", "", ""), "Chrome on ChromeOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox on Linux"),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
                "Version/18.6 Mobile/15E148 Safari/604.1"
            ),
            "Safari on iPhone",
        ),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.6 Safari/605.1.15"
            ),
            "Safari on macOS",
        ),
        ("curl/8.14.1", "Unknown browser"),
        ("", "Unknown browser"),
        ("\0<script>" * 9000, "Unknown browser"),
    ],
)
def test_a_browser_and_its_system_are_named_and_nothing_else_is_kept(user_agent, words):
    assert in_words(user_agent) == words
    assert len(words) <= BrowserSession._meta.get_field("browser").max_length
