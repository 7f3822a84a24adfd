"""``manage set_up_code``: prints the code with which somebody makes the first account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError

from timelapse.accounts.first_run import ensure_code

if TYPE_CHECKING:
    from typing import Any


class Command(BaseCommand):
    """Prints it again: the server does so when it starts."""

    help = "Print the code with which the first account is made in the browser."

    def handle(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - Django's signature
        """Print it alone, so that a script can read it.

        Raises:
            CommandError: there is an account.
        """
        code = ensure_code()
        if code is None:
            msg = (
                "There is an account already, so nobody can set the app up again. "
                "'timelapse manage changepassword NAME' gives an account another password."
            )
            raise CommandError(msg)
        self.stdout.write(code)
