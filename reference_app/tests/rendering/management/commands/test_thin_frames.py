from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from tests.factories import camera, frame

from timelapse.frames.models import Frame

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


def test_it_says_what_would_be_removed_and_removes_nothing():
    roof = camera()
    for number in range(3):
        stored = frame(roof, b"x" * 512)
        Frame.objects.filter(pk=stored.pk).update(
            sequence=number, received_at=timezone.now() - timedelta(days=8)
        )
    said = io.StringIO()
    call_command("thin_frames", "--days", "7", "--every", "3", stdout=said)
    assert said.getvalue() == "It would delete 2 frames, 1.0 KB.\n"
    assert Frame.objects.count() == 3


@pytest.mark.parametrize("wrong", [("--days", "0"), ("--days", "7", "--every", "0")])
def test_values_out_of_range_are_refused(wrong):
    with pytest.raises(CommandError, match="1 or more"):
        call_command("thin_frames", *wrong)
