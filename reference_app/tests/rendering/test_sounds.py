from __future__ import annotations

import os
import shutil
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.factories import frame, timelapse

from timelapse.rendering import actions, queries, sounds
from timelapse.rendering.actions import InvalidOptions
from timelapse.rendering.domain import RenderOptions, SoundOptions
from timelapse.rendering.models import Sound
from timelapse.rendering.pipeline.sound import NoSoundError
from timelapse.rendering.sound_intake import add_sound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


@pytest.fixture
def add(sound):
    def add(seconds=1.0, name="Song.wav"):
        file = sounds.incoming_folder() / "arriving"
        shutil.copy(sound(seconds), file)
        return add_sound(file, name)

    return add


@pytest.fixture
def garden():
    made = timelapse()
    frame(made.camera)
    return made


def request(of, sound):
    return actions.request_render(of.pk, RenderOptions(sound=SoundOptions(sha256=sound.sha256)))


def delete(movie):
    actions.cancel_movie(movie.pk)
    actions.delete_movie(movie.pk)


def test_the_same_bytes_are_stored_once_under_their_newest_name(add):
    first, second = add(name="Song.wav"), add(name="../Other/song?.wav")
    assert first.pk == second.pk
    assert (second.name, second.length_s, second.bytes) == ("Other song .wav", 1.0, 192_044)
    files = [path for path in (sounds.incoming_folder().parent).iterdir() if path.is_file()]
    assert files == [queries.sound_file(second.sha256)]


def test_what_is_no_sound_leaves_nothing(media):
    file = sounds.incoming_folder() / "arriving"
    file.write_text("<html>")
    with pytest.raises(NoSoundError):
        add_sound(file, "song.mp3")
    assert not Sound.objects.exists()


def test_a_sound_is_removed_with_the_last_movie_that_has_it(add, garden):
    song = add()
    one, other = request(garden, song), request(garden, song)
    delete(one)
    assert queries.sound_file(song.sha256).exists()
    assert sounds.remove_unused(timezone.now() + timedelta(days=9)) == 0
    delete(other)
    assert not queries.sound_file(song.sha256).exists()
    assert not Sound.objects.exists()


def test_a_sound_that_is_gone_is_refused_by_its_field(add, garden):
    song = add()
    queries.sound_file(song.sha256).unlink()
    with pytest.raises(InvalidOptions) as refused:
        request(garden, song)
    assert {field: reason.code for field, reason in refused.value.by_field.items()} == {"sound": "no_sound"}


def test_a_sound_that_no_movie_has_is_removed_after_a_day(add):
    song = add()
    assert sounds.remove_unused(timezone.now() + timedelta(hours=23)) == 0
    assert sounds.remove_unused(timezone.now() + timedelta(hours=25)) == 1
    assert not queries.sound_file(song.sha256).exists()


def test_the_oldest_sounds_that_no_movie_has_make_room(add, settings):
    settings.TIMELAPSE = {"unused_sound_bytes": 500_000}
    old, new, newest = add(1.0), add(1.1), add(1.2)
    assert sounds.remove_unused(timezone.now()) == 1
    assert set(Sound.objects.all()) == {new, newest}
    assert not queries.sound_file(old.sha256).exists()


def test_a_file_that_nothing_came_of_is_removed_after_a_day():
    left = sounds.incoming_folder() / "left"
    left.write_bytes(b"half")
    sounds.remove_unused(timezone.now())
    assert left.exists()
    os.utime(left, (0, 0))
    sounds.remove_unused(timezone.now())
    assert not left.exists()
