"""What was done with an account and by whom: in its history in the administration, and in the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from eliot import log_message

if TYPE_CHECKING:
    from timelapse.accounts.models import Person


def record(person: User | Person, by: User, what: str) -> None:
    """Record a change of an account, in the same transaction.

    Args:
        person: whose account it is.
        by: who changed it.
        what: a sentence without secrets.
    """
    account = User(pk=person.pk, username=person.username)  # the history is that of Django's own model
    LogEntry.objects.log_actions(by.pk, [account], CHANGE, change_message=what, single_object=True)
    log_message("account:changed", account=person.pk, by=by.pk, what=what)
