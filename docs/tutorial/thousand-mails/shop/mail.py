from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail.backends import filebased

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.mail import EmailMessage


class EmailBackend(filebased.EmailBackend):
    def __init__(self, **options: object) -> None:
        super().__init__(file_path=settings.INBOX, **options)

    def send_messages(self, messages: Sequence[EmailMessage]) -> int | None:
        time.sleep(settings.MAIL_TAKES_S)
        return super().send_messages(messages)
