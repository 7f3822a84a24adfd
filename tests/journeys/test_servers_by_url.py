"""The same stack on servers that somebody else runs, named by their addresses alone."""

from __future__ import annotations

from playwright.sync_api import expect


def test_a_movie_renders_on_the_postgresql_and_the_valkey_that_the_environment_names(
    make_stack, visitor, database_url, redis_url
):
    stack = make_stack(DATABASE_URL=database_url, REDIS_URL=redis_url).ready()
    visitor.sign_in(stack)
    card = visitor.page.locator("[data-testid=movie-card]").first
    expect(card).to_have_attribute("data-state", "ready")
    assert not list(stack.home.glob("db.sqlite3*"))
    assert not (stack.home / "valkey").exists()
    assert stack.interrupt() < 5
    assert visitor.errors == []
