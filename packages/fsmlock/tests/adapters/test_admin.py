from __future__ import annotations

import fsmlock
from tests.shop.models import Film, Frame


def test_buttons_offer_what_can_be_done_and_say_why_not(film, admin_client, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render", holder="import 12", why="Movie 7").acquire)
    page = admin_client.get(f"/admin/shop/film/{film.pk}/change/").content.decode()
    held.release()
    assert 'value="publish"' in page
    assert "There are no frames." in page
    assert "disabled" in page
    assert "<td>import 12</td><td>Movie 7</td>" in page


def test_a_button_takes_the_transition(film, admin_client):
    answer = admin_client.post(
        f"/admin/shop/film/{film.pk}/change/", {"name": "Film 1", "_fsmlock": "publish"}, follow=True
    )
    assert "Publish: done." in answer.content.decode()
    assert Film.objects.get(pk=film.pk).state == "published"


def test_a_refused_button_says_why(film, admin_client):
    answer = admin_client.post(
        f"/admin/shop/film/{film.pk}/change/", {"name": "Film 1", "_fsmlock": "render"}, follow=True
    )
    assert "There are no frames. Import some." in answer.content.decode()
    Frame.objects.create(film=film)


def test_saving_still_saves(film, admin_client):
    admin_client.post(f"/admin/shop/film/{film.pk}/change/", {"name": "renamed"})
    assert Film.objects.get(pk=film.pk).name == "renamed"


def test_adding_has_no_buttons(film, admin_client):
    assert "_fsmlock" not in admin_client.get("/admin/shop/film/add/").content.decode()
