"""Somebody wants to know by e-mail when a queue has no worker; the worker ends, and comes back."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import expect

from tests.waiting import wait_until

from .conftest import free_port
from .test_accessibility import in_each_scheme, violations
from .test_page_tells_the_truth import stopped

if TYPE_CHECKING:
    from email.message import EmailMessage

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


@dataclass
class Mailbox:
    """What the mail server received."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"

    def about(self, words):
        """Return the text of the first mail with these words in its title; empty if there is none."""
        return next((mail.get_content() for mail in self.mails if words in mail["Subject"]), "")


@pytest.fixture
def mailbox():
    found = Mailbox(free_port())
    server = Controller(found, hostname="127.0.0.1", port=found.port)
    server.start()
    yield found
    server.stop()


def test_a_queue_without_a_worker_is_mailed_and_once_more_when_it_has_one(
    make_stack, visitor, mailbox, screenshot
):
    mail = {"EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}", "NOTIFY_AFTER_SECONDS": "2"}
    stack = make_stack("--no-camera", **mail).ready()
    page = visitor.page
    visitor.sign_in(stack)
    page.get_by_role("button", name="Account: admin").click()
    page.get_by_role("menuitem", name="Notifications").click()
    expect(page.get_by_text("Nowhere yet: you are not notified.")).to_be_visible()
    page.get_by_role("button", name="Add an e-mail address").click()
    dialog = page.get_by_role("dialog", name="Add an e-mail address")
    dialog.get_by_label("E-mail address").fill("admin@example.com")
    assert violations(page) == []
    dialog.get_by_role("button", name="Add an e-mail address").click()
    expect(visitor.find("destination")).to_contain_text("admin@example.com")
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("The mail server accepted it.")).to_be_visible()
    assert [each["Subject"] for each in mailbox.mails] == ["This is a test."]

    with stopped(stack, "render"):
        cause = "No worker takes tasks from the queue “render”"
        text = wait_until(lambda: mailbox.about(cause), "the mail about the cause", 120)
        assert "celery -A timelapse.project.celery worker -E -Q render" in text
        assert f"{stack.address}/operations" in text
    wait_until(lambda: mailbox.about("Workers take tasks from the queue “render” again."), "the end", 120)
    expect(visitor.find("notification").first).to_contain_text("Workers take tasks from the queue")
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        for scheme in in_each_scheme(page):
            screenshot(page, f"notifications-{size['width']}-{scheme}")
            assert violations(page) == [], (size, scheme)
    assert visitor.errors == []
