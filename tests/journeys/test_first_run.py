"""Somebody sets up an app that has no account, with the code that it printed."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .test_accessibility import in_each_scheme, violations

PHONE = {"width": 390, "height": 844}


def test_the_first_account_is_made_in_the_browser(make_stack, visitor, screenshot):
    stack = make_stack("--no-account", "--no-camera").ready()
    code = re.search(r"set-up code (\S+)", stack.printed())[1]
    page = visitor.page
    page.set_viewport_size(PHONE)
    page.goto(f"{stack.address}/cameras")
    expect(page.get_by_role("heading", name="Set up")).to_be_visible()
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
    screenshot(page, "set-up-phone")
    page.get_by_label("Set-up code").fill("ABCD-EFGH-JKLM")
    page.get_by_label("Name of the place").fill("Harbour site")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_text("This isn't the code that the server printed.")).to_be_visible()
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_label("Set-up code").fill(code.lower())
    page.get_by_role("button", name="Make my account").click()
    command = page.get_by_label("machine, run")
    expect(command).to_have_value(f"camera-agent pair {stack.address}")
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
    screenshot(page, "set-up-first-camera")
    page.get_by_role("link", name=re.compile("Enter the camera")).click()
    expect(page.get_by_role("heading", name="Pair a camera")).to_be_visible()
    expect(page.get_by_role("link", name="Harbour site")).to_be_visible()
    page.get_by_role("button", name="Account: ada").click()
    expect(page.get_by_role("menuitem", name="People")).to_be_visible()
    screenshot(page, "set-up-done")

    page.goto(f"{stack.address}/set-up")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{stack.address}/set-up")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    logged = [file for file in stack.home.rglob("log/*") if code.encode() in file.read_bytes()]
    assert logged == []
    assert visitor.errors == []
