"""An administrator invites somebody, who makes an account, and later takes their access away."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .test_accessibility import in_each_scheme, violations

PHONE = {"width": 390, "height": 844}


def test_somebody_is_invited_makes_an_account_and_is_deactivated(shared_stack, visitor, browser, screenshot):
    visitor.sign_in(shared_stack)
    page = visitor.page
    page.get_by_role("button", name="Account: admin").click()
    page.get_by_role("menuitem", name="People").click()
    expect(visitor.find("person").filter(has_text="admin (you)")).to_be_visible()
    page.get_by_role("button", name="Invite somebody").click()
    dialog = page.get_by_role("dialog", name="Invite somebody")
    dialog.get_by_label("For whom").fill("Ben")
    assert violations(page) == []
    dialog.get_by_role("button", name="Invite somebody").click()
    invitation = visitor.find("invitation")
    expect(invitation).to_contain_text("Ben · Viewer")
    address = invitation.get_by_label("Link").input_value()
    assert re.fullmatch(rf"{shared_stack.address}/invitation/[\w-]{{32}}", address)
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
    screenshot(page, "people")

    stranger = browser.new_context(viewport=PHONE)
    stranger.set_default_timeout(60_000)
    theirs = stranger.new_page()
    errors = []
    theirs.on("pageerror", lambda error: errors.append(str(error)))
    make_an_account(theirs, address, screenshot)
    ben = visitor.find("person").filter(has_text="ben")
    expect(ben).to_contain_text("Viewer")
    expect(visitor.find("invitation")).to_have_count(0)

    ben.get_by_role("button", name="Change access").click()
    dialog = page.get_by_role("dialog", name="Change access")
    dialog.get_by_role("combobox", name="Role").click()
    page.get_by_role("option", name="Deactivated: can't sign in").click()
    dialog.get_by_role("button", name="Change access").click()
    expect(ben).to_contain_text("Deactivated")
    theirs.reload()
    expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()
    theirs.goto(address)
    expect(theirs.get_by_role("heading")).to_have_text("This invitation was used.")
    page.set_viewport_size(PHONE)
    screenshot(page, "people-phone")
    assert (visitor.errors, errors) == ([], [])
    stranger.close()


def make_an_account(page, address, screenshot):
    """Choose a name that somebody has, then another; be signed in as a viewer."""
    page.goto(address)
    expect(page.get_by_text("admin invites you.")).to_be_visible()
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
    screenshot(page, "invitation")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_text("Somebody has this name already.")).to_be_visible()
    page.get_by_label("Username").fill("ben")
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_test_id("wall-tile").first).to_be_visible()
    page.get_by_role("button", name="Account: ben").click()
    expect(page.get_by_role("menuitem", name="Sign out")).to_be_visible()
    expect(page.get_by_role("menuitem", name="People")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_test_id("wall-tile").first.click()
    expect(page.get_by_test_id("frame-count")).to_be_visible()
    screenshot(page, "timelapse-as-viewer")
