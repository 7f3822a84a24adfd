"""The tutorial with real processes and real signals; the mails in the inbox are counted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2] / "docs/tutorial/thousand-mails"
#: Seconds per mail. SLOW lets a busy machine start another command before the last mail is sent.
QUICK, SLOW = 0.01, 0.2


class Shop:
    """The tutorial's commands in a separate folder."""

    def __init__(self, home):
        self.inbox = home / "inbox"
        # The tutorial's own settings, whatever the settings of the tests that run in this process.
        inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        self.env = inherited | {"SHOP_HOME": str(home), "PYTHONWARNINGS": "error", "MAIL_TAKES_S": "0"}

    def command(self, *arguments):
        return [sys.executable, str(PROJECT / "manage.py"), *arguments]

    def run(self, *arguments):
        done = subprocess.run(
            self.command(*arguments), env=self.env, capture_output=True, text=True, check=False, timeout=200
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sent(self):
        texts = [path.read_text("utf-8") for path in self.inbox.glob("*.log")]
        return sum(text.count("Subject: Offer 1\n") for text in texts)

    def start(self, mail_takes_s):
        return subprocess.Popen(
            self.command("fsmlock", "execute"),
            env=self.env | {"MAIL_TAKES_S": str(mail_takes_s)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def start_and_wait(self, more, mail_takes_s):
        """Start a sender and wait for `more` mails; restart it while the lease of a killed one lasts."""
        goal, until = self.sent() + more, time.monotonic() + 200
        sender = self.start(mail_takes_s)
        while self.sent() < goal:
            assert time.monotonic() < until, f"{self.sent()} of {goal} sent"
            if sender.poll() is not None:
                sender.stdout.close()
                sender = self.start(mail_takes_s)
            threading.Event().wait(0.01)
        return sender


def ended(sender):
    output, _ = sender.communicate(timeout=200)
    return sender.returncode, output


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    shop.run("migrate", "-v0")
    assert shop.run("subscribe", "1000") == "1000 subscribers\n"
    assert "SendOffer 1 is enqueued" in shop.run("offer", "send", "1")
    assert "SendOffer 1 is enqueued" in shop.run("offer", "send", "1"), "the second click is the same run"
    return shop


def test_killed_stopped_paused_and_resumed_the_offer_reaches_every_subscriber(shop):
    sender = shop.start_and_wait(100, QUICK)
    sender.kill()
    assert ended(sender)[0] == -signal.SIGKILL

    sender = shop.start_and_wait(150, QUICK)
    sender.terminate()
    code, output = ended(sender)
    assert code == 0
    assert "SendOffer 1: interrupted The worker is shutting down." in output

    sender = shop.start_and_wait(20, SLOW)
    shop.run("offer", "pause", "1")
    assert "SendOffer 1: paused" in ended(sender)[1]
    paused_at = shop.sent()
    assert 270 <= paused_at < 1000
    assert shop.run("fsmlock", "execute") == ""
    assert shop.sent() == paused_at

    assert "is enqueued" in shop.run("offer", "resume", "1")
    assert "SendOffer 1: succeeded" in shop.run("fsmlock", "execute")
    assert "SendOffer 1 is succeeded" in shop.run("offer", "send", "1")
    assert shop.run("fsmlock", "execute") == ""
    mails, readers = map(int, re.findall(r"\d+", shop.run("offer", "count", "1")))
    assert readers == 1000
    assert mails in {1000, 1001}, "only the mail that was being sent at the kill may be repeated"


def test_a_cancelled_offer_sends_no_more_mails(shop):
    sender = shop.start_and_wait(20, SLOW)
    assert "execute on fsmlock.run:1" in shop.run("fsmlock", "list")
    shop.run("offer", "cancel", "1")
    assert "SendOffer 1: cancelled" in ended(sender)[1]
    sent = shop.sent()
    assert 20 <= sent < 1000
    assert shop.run("fsmlock", "execute") == ""
    assert shop.sent() == sent
