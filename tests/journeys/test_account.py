"""Somebody looks after their own account: password, sessions, and a password that they forgot."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .test_accessibility import in_each_scheme, violations

PHONE = {"width": 390, "height": 844}
FIRST, SECOND, THIRD = "correct horse", "battery staple", "paper clip moon"


@pytest.fixture
def new_page(browser):
    """Return a function that opens a page in a browser of its own; no page may have errors."""
    contexts, errors = [], []

    def make(**options):
        context = browser.new_context(reduced_motion="reduce", **options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def sign_in(page, address, password):
    page.goto(f"{address}/sign-in?next=/account")
    page.get_by_label("Username").fill("zoe")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def test_somebody_looks_after_their_account(shared_stack, visitor, new_page, screenshot):
    visitor.sign_in(shared_stack)
    admin, address = visitor.page, shared_stack.address
    admin.goto(f"{address}/people")
    admin.get_by_role("button", name="Invite somebody").click()
    admin.get_by_role("dialog").get_by_label("For whom").fill("Zoe")
    admin.get_by_role("dialog").get_by_role("button", name="Invite somebody").click()
    link = visitor.find("invitation").filter(has_text="Zoe").get_by_label("Link").input_value()

    desk = new_page(viewport={"width": 1280, "height": 800})
    desk.goto(link)
    desk.get_by_label("Username").fill("zoe")
    desk.get_by_label("Password").fill(FIRST)
    desk.get_by_role("button", name="Make my account").click()
    desk.get_by_role("button", name="Account: zoe").click()
    desk.get_by_role("menuitem", name="Your account").click()
    expect(desk.get_by_text("You are signed in nowhere else.")).to_be_visible()
    phone = new_page(viewport=PHONE)
    sign_in(phone, address, FIRST)
    for scheme in in_each_scheme(phone):
        assert violations(phone) == [], scheme
    screenshot(phone, "account-phone")

    phone.goto(address)
    expect(phone.get_by_test_id("wall-tile").first).to_be_visible()
    desk.reload()
    expect(desk.get_by_test_id("session")).to_have_count(2)
    for scheme in in_each_scheme(desk):
        assert violations(desk) == [], scheme
    screenshot(desk, "account")
    desk.get_by_role("button", name="Sign out: Chrome on Linux").click()
    expect(desk.get_by_test_id("session")).to_have_count(1)
    expect(phone.get_by_role("heading", name="Sign in")).to_be_visible(timeout=20_000)  # untouched

    sign_in(phone, address, FIRST)
    change_password(desk)
    phone.goto(f"{address}/account")
    expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(phone, address, SECOND)

    row = visitor.find("person").filter(has_text="zoe")
    expect(row).to_contain_text("Last seen")
    row.get_by_role("button", name="New password").click()
    admin.get_by_role("dialog").get_by_role("button", name="New password").click()
    link = row.get_by_label("Link").input_value()
    for scheme in in_each_scheme(admin):
        assert violations(admin) == [], scheme
    screenshot(admin, "people-password-link")
    choose_password(new_page(viewport=PHONE), link, screenshot)
    for page in (desk, phone):
        page.reload()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(row.get_by_label("Link")).to_have_count(0)  # it was used
    row.get_by_role("button", name="Sign out everywhere").click()
    admin.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    expect(admin.get_by_role("dialog")).to_have_count(0)
    assert visitor.errors == []


def change_password(page):
    """Enter a wrong one and a weak one first; stay signed in."""
    page.get_by_label("Current password").fill("not it")
    page.get_by_label("New password").fill(SECOND)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("This isn't your password.")).to_be_visible()
    page.get_by_label("Current password").fill(FIRST)
    page.get_by_label("New password").fill("12345678")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("This password is too common.")).to_be_visible()
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
    page.get_by_label("New password").fill(SECOND)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    expect(page.get_by_test_id("session")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def choose_password(page, link, screenshot):
    """Open the link, be signed in with the password; the link is good no more."""
    page.goto(link)
    expect(page.get_by_text("For the account zoe.")).to_be_visible()
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
    screenshot(page, "new-password-phone")
    page.get_by_label("New password").fill(THIRD)
    page.get_by_role("button", name="Set password and sign in").click()
    expect(page.get_by_test_id("wall-tile").first).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading")).to_have_text("This link was used.")
