from __future__ import annotations

import pytest
from tests.factories import timelapse

from timelapse.rendering import queries
from timelapse.rendering.models import Movie

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def ready_movie(of=None, content=CONTENT):
    """Create a movie with its files, as rendering leaves them."""
    made = Movie.objects.create(timelapse=of or timelapse(), fps=30, width=64, height=48, frame_count=45)
    Movie.objects.filter(pk=made.pk).update(state=Movie.States.READY)
    queries.folder_of(made.pk).mkdir(parents=True)
    queries.video_of(made.pk).write_bytes(content)
    queries.poster_of(made.pk).write_bytes(b"a poster")
    return Movie.objects.select_related("timelapse").get(pk=made.pk)


@pytest.fixture
def movie(media):
    return ready_movie()
