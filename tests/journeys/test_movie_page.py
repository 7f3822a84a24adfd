"""A person opens a movie's own page, plays it and saves it; an address of no movie says so."""

from __future__ import annotations

import re
from base64 import b64encode
from urllib.parse import quote

from playwright.sync_api import expect

from .test_accessibility import in_each_scheme, violations
from .test_page_tells_the_truth import CARDS
from .test_sharing import PLAYED

PHONE = {"width": 390, "height": 844}


def test_a_movie_has_a_page_that_can_be_sent(shared_stack, visitor, screenshot):
    visitor.open_timelapse(shared_stack)
    page = visitor.page
    card = page.locator(f"{CARDS}[data-state=ready]").first
    title = card.locator("h3").inner_text()
    card.get_by_role("link", name=title).click()
    expect(page).to_have_url(re.compile(r"/movies/[^/]+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    about = page.get_by_role("region", name="About this movie")
    expect(about).to_contain_text(re.compile(r"Requested.*admin"))
    expect(about).to_contain_text(re.compile(r"Rendered in\d"))
    page.locator("video").evaluate("element => { element.muted = true; return element.play() }")
    page.wait_for_function(f"() => ({PLAYED})(document.querySelector('video'))")
    page.locator("video").evaluate("element => element.pause()")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.endswith(".mp4")
    for scheme in in_each_scheme(page):
        assert violations(page) == [], scheme
        screenshot(page, f"movie-page-{scheme}")

    page.reload()  # its address alone is enough
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.set_viewport_size(PHONE)
    screenshot(page, "movie-page-phone")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("main").get_by_role("link").first.click()
    expect(page.locator(CARDS).first).to_be_visible()

    gone = quote(b64encode(b"Movie:987654321").decode())
    page.goto(f"{shared_stack.address}/movies/{gone}")
    expect(page.get_by_text("Movie not found")).to_be_visible()
    assert visitor.errors == []
