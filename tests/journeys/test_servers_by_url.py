"""The stack on external servers, configured by URL."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_movie_is_rendered_with_the_postgresql_and_valkey_of_the_environment(
    make_stack, visitor, database_url, redis_url
):
    stack = make_stack(DATABASE_URL=database_url, REDIS_URL=redis_url).ready()
    visitor.open_timelapse(stack)
    card = visitor.page.locator("[data-testid=movie-card]").first
    expect(card).to_have_attribute("data-state", "ready")
    assert not list(stack.home.glob("db.sqlite3*"))
    assert not (stack.home / "valkey").exists()
    assert stack.interrupt() < 5
    assert visitor.errors == []
