"""The tutorial, done by a patient reader: real processes, real signals, and the inbox counted at the end."""

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
#: Seconds a mail. Slow enough that a busy machine starts another command before the last mail is sent.
QUICK, SLOW = 0.01, 0.2


class Shop:
    """The tutorial's commands, in a folder of their own."""

    def __init__(self, home):
        self.inbox = home / "inbox"
        self.env = os.environ | {"SHOP_HOME": str(home), "PYTHONWARNINGS": "error", "MAIL_TAKES_S": "0"}

    def command(self, *arguments):
        return [sys.executable, str(PROJECT / "manage.py"), *arguments]

    def say(self, *arguments):
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
            self.command("fsmlock", "work"),
            env=self.env | {"MAIL_TAKES_S": str(mail_takes_s)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def start_and_await(self, more, mail_takes_s):
        """Start a sender, anew while a dead one's lease still lasts, until it has sent so many more."""
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
    shop.say("migrate", "-v0")
    assert shop.say("subscribe", "1000") == "1000 subscribers\n"
    assert "SendOffer 1 is enqueued" in shop.say("offer", "send", "1")
    return shop


def test_a_thousand_mails_are_killed_stopped_paused_and_resumed_and_everybody_gets_one(shop):
    sender = shop.start_and_await(100, QUICK)
    sender.kill()
    assert ended(sender)[0] == -signal.SIGKILL

    sender = shop.start_and_await(150, QUICK)
    sender.terminate()
    code, output = ended(sender)
    assert code == 0
    assert "SendOffer 1: interrupted The worker is to end." in output

    sender = shop.start_and_await(20, SLOW)
    shop.say("offer", "pause", "1")
    assert "SendOffer 1: paused" in ended(sender)[1]
    resting = shop.sent()
    assert 270 <= resting < 1000
    assert shop.say("fsmlock", "work") == ""
    assert shop.sent() == resting

    assert "is enqueued" in shop.say("offer", "resume", "1")
    assert "SendOffer 1: succeeded" in shop.say("fsmlock", "work")
    mails, readers = map(int, re.findall(r"\d+", shop.say("offer", "count", "1")))
    assert readers == 1000
    assert mails in {1000, 1001}, "only the mail in hand when it was killed may be sent again"


def test_an_offer_that_is_called_off_is_not_sent_any_further(shop):
    sender = shop.start_and_await(20, SLOW)
    assert "work on fsmlock.run:1" in shop.say("fsmlock", "list")
    shop.say("offer", "cancel", "1")
    assert "SendOffer 1: cancelled" in ended(sender)[1]
    sent = shop.sent()
    assert 20 <= sent < 1000
    assert shop.say("fsmlock", "work") == ""
    assert shop.sent() == sent
