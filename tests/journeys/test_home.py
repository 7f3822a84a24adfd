"""Somebody keeps the first page open: pictures arrive, and a stopped worker is named."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .test_accessibility import in_each_scheme, violations
from .test_page_tells_the_truth import CARDS, stopped

PHONE = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 800}


def test_the_wall_is_live_says_what_needs_somebody_and_fills_the_screen(shared_stack, visitor, screenshot):
    page = visitor.page
    visitor.sign_in(shared_stack)
    picture = visitor.find("wall-tile").first.locator("img")
    expect(picture).to_be_visible()
    first = picture.get_attribute("src")
    expect(picture).not_to_have_attribute("src", first)  # the next picture
    expect(visitor.find("needs-you")).to_have_count(0)
    screenshot(page, "home")

    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => document.fullscreenElement?.dataset.testid === 'wall'")
    page.evaluate("() => document.exitFullscreen()")

    with stopped(shared_stack, "render"):
        visitor.find("wall-tile").first.click()
        expect(visitor.find("render-button")).to_be_visible()
        before = page.locator(CARDS).count()
        visitor.find("render-button").click()
        expect(page.locator(CARDS)).to_have_count(before + 1)
        page.get_by_role("link", name="Home").click()
        need = visitor.find("needs-you").locator("[data-code=no_worker]")
        expect(need).to_contain_text(re.compile("No worker takes tasks from the queue “render”"))
        expect(need.get_by_role("link", name="Show queues")).to_be_visible()
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)
            for scheme in in_each_scheme(page):
                screenshot(page, f"home-{size['width']}-{scheme}")
                assert violations(page) == [], (size, scheme)
            page.wait_for_function(f"() => ({CUT_OFF})().length === 0")  # once it is laid out
    expect(visitor.find("needs-you")).to_have_count(0)
    assert visitor.errors == []


#: The words of the navigation that don't fit into it.
CUT_OFF = """() => [...document.querySelectorAll("nav a")]
  .filter((each) => each.scrollWidth > each.clientWidth || each.getBoundingClientRect().right > innerWidth)
  .map((each) => each.innerText)"""

#: The texts that are the page's own: what people named, and what the server says, is elsewhere.
OWN_TEXTS = """() => [...document.querySelectorAll(
  "nav a, h1, main h2, main label, a[href='#main'], [data-testid=live-status], "
  + "[data-testid=frame-count] + span")]
  .map((each) => each.innerText.trim()).filter((text) => text !== "")"""


def test_somebody_reads_the_page_in_german_and_the_device_remembers_it(shared_stack, visitor, screenshot):
    page = visitor.page
    visitor.sign_in(shared_stack)
    page.get_by_role("button", name="Account: admin").click()
    page.get_by_role("menuitem", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Start", level=1)).to_be_attached()
    page.reload()
    expect(page.get_by_role("heading", name="Neueste Bilder")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "de"
    home = page.evaluate(OWN_TEXTS)
    assert not set(home) & {"Home", "Timelapses", "Cameras", "Operations", "Latest pictures", "Live updates"}
    for scheme in in_each_scheme(page):
        screenshot(page, f"home-german-{scheme}")
        assert violations(page) == [], scheme
    page.set_viewport_size(PHONE)
    page.wait_for_function(f"() => ({CUT_OFF})().length === 0")  # once it is laid out
    page.set_viewport_size(DESKTOP)

    visitor.find("wall-tile").first.click()
    expect(page.get_by_role("region", name="Film rendern")).to_be_visible()
    expect(page.get_by_role("region", name="Über diesen Zeitraffer")).to_be_visible()
    english = {
        "Render a movie",
        "Movies",
        "Speed",
        "Size",
        "About this timelapse",
        "Latest movie",
        "Danger zone",
    }
    assert not set(page.evaluate(OWN_TEXTS)) & english
    screenshot(page, "timelapse-german")
    assert violations(page) == []

    page.get_by_role("button", name="Konto: admin").click()
    page.get_by_role("menuitem", name="English").click()
    expect(page.get_by_role("region", name="Render a movie")).to_be_visible()
    assert visitor.errors == []
