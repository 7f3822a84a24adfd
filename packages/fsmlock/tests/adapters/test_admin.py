from __future__ import annotations

from django.contrib.auth.models import Permission

import fsmlock
from tests.shop.models import Film, Frame, GildedTicket, Shelf


def test_buttons_offer_what_is_possible_and_say_why_not(film, admin_client, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render", holder="import 12", why="Movie 7").acquire)
    page = admin_client.get(f"/admin/shop/film/{film.pk}/change/").content.decode()
    held.release()
    assert 'value="publish"' in page
    assert "There are no frames." in page
    assert "disabled" in page
    assert "<td>import 12</td><td>Movie 7</td>" in page
    assert 'value="render"' in page
    assert "<caption>Holds</caption>" in page


def test_a_button_applies_the_transition(film, admin_client):
    answer = admin_client.post(
        f"/admin/shop/film/{film.pk}/change/", {"name": "Film 1", "_fsmlock": "publish"}, follow=True
    )
    assert "Publish: done." in answer.content.decode()
    assert Film.objects.get(pk=film.pk).state == "published"


def test_a_refused_button_shows_the_reasons(film, admin_client):
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


def url(film):
    return f"/admin/shop/film/{film.pk}/change/"


def test_a_button_requests_the_holder_to_stop(film, admin_client, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render", holder="import 12").acquire)
    answer = admin_client.post(url(film), {"name": "Film 1", "_fsmlock_cancel": "render"}, follow=True)
    assert "Import 12 was requested to stop." in answer.content.decode()
    assert fsmlock.holds_on(film)[0].cancel_requested_by == "admin"
    held.release()
    answer = admin_client.post(url(film), {"name": "Film 1", "_fsmlock_cancel": "render"}, follow=True)
    assert "Nobody holds it any more." in answer.content.decode()


def test_an_unknown_transition_gets_a_suggestion(film, admin_client):
    answer = admin_client.post(url(film), {"name": "Film 1", "_fsmlock": "publsh"}, follow=True)
    assert "Did you mean &#x27;publish&#x27;?" in answer.content.decode()


def test_users_who_may_only_view_see_holds_and_no_buttons(film, client, django_user_model, elsewhere):
    user = django_user_model.objects.create_user("guest", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_film"))
    client.force_login(user)
    held = elsewhere(fsmlock.hold(film, "render", holder="import 12").acquire)
    page = client.get(url(film)).content.decode()
    held.release()
    assert "import 12" in page
    assert "_fsmlock" not in page
    assert client.post(url(film), {"_fsmlock": "publish"}).status_code == 403


def test_an_object_that_changed_while_it_was_saved_is_shown_as_it_is(film, admin_client, monkeypatch):
    def overtaken(self, *args):
        Film.objects.filter(pk=film.pk).update(state="failed")
        film.save()

    monkeypatch.setattr("django.contrib.admin.ModelAdmin.save_model", overtaken)
    answer = admin_client.post(url(film), {"name": "late"}, follow=True)
    assert "is failed by now" in answer.content.decode()
    assert Film.objects.get(pk=film.pk).name == "Film 1"


def test_the_page_is_in_the_user_s_language(film, admin_client, settings):
    settings.LANGUAGE_CODE = "de"
    assert "Übergänge" in admin_client.get(url(film)).content.decode()


def test_an_action_without_arguments_has_a_button(admin_client, db):
    shelf = Shelf.objects.create()
    address = f"/admin/shop/shelf/{shelf.pk}/change/"
    page = admin_client.get(address).content.decode()
    assert 'value="put"' in page
    assert "wipe_off" not in page, "a button can't pass an argument"
    assert "Put on: done." in admin_client.post(address, {"_fsmlock": "put"}, follow=True).content.decode()
    refused = admin_client.post(address, {"full": "on", "_fsmlock": "put"}, follow=True)
    assert "The condition has room is not met: It has room" in refused.content.decode()


def test_a_forged_button_applies_no_internal_transition(admin_client, db):
    film = Film.objects.create(name="Film 2")
    answer = admin_client.post(url(film), {"name": "Film 2", "_fsmlock": "initialise"}, follow=True)
    assert "has no transition or action “initialise”" in answer.content.decode()
    assert Film.objects.get(pk=film.pk).state == "initialising"


def test_a_reason_that_all_disabled_buttons_share_is_said_once(admin_client, db, elsewhere):
    ticket = GildedTicket.objects.create(code="row-3")
    fsmlock.apply_transition(ticket, "initialise")
    held = elsewhere(fsmlock.hold(ticket, "pack", holder="import 12").acquire)
    page = admin_client.get("/admin/shop/gildedticket/row-3/change/").content.decode()
    held.release()
    assert page.count("is held by import 12") == 1
    assert page.count("disabled aria-describedby=") == 2
    assert page.count("fsmlock-shared-reasons") == 3, "both buttons name the text"


def test_a_reason_of_one_button_stands_beside_it(film, admin_client):
    page = admin_client.get(url(film)).content.decode()
    assert "fsmlock-shared-reasons" not in page
    assert '<ul class="help" id="fsmlock-render">' in page
