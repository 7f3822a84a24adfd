"""Why a camera could not be paired. Each error carries a reason for people and programs."""

from __future__ import annotations

from typing import Literal

from fsmlock import Reason
from fsmlock.sentences import sentence

#: The error codes of RFC 8628 for "no token yet" and "no token".
TokenRefusal = Literal["authorization_pending", "slow_down", "expired_token", "access_denied"]


class PairingRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A pairing was refused."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"{reason.message} {reason.remedy}")
        self.reason = reason


class CodeUnknown(PairingRefused):
    """No agent shows this code now."""

    def __init__(self, *, user_code: str) -> None:
        super().__init__(
            Reason(
                code="code_unknown",
                message=sentence(
                    "No camera shows the code “%(code)s” now: mistyped, or older than 15 minutes.",
                    code=user_code,
                ),
                params={"user_code": user_code},
                remedy="Compare it with what the camera shows, or start the pairing again on the camera.",
            )
        )


class CodeUsed(PairingRefused):
    """The code was approved before."""

    def __init__(self, *, user_code: str) -> None:
        super().__init__(
            Reason(
                code="code_used",
                message=sentence("The code %(code)s has been approved already.", code=user_code),
                params={"user_code": user_code},
                remedy="The camera appears in the list within seconds; revoke it there if it is not yours.",
            )
        )


class TooManyPairings(PairingRefused):
    """So many agents poll for an approval that there is no room for one more."""

    def __init__(self, *, limit: int, network: str | None) -> None:
        super().__init__(
            Reason(
                code="too_many_pairings",
                message=sentence(
                    "%(count)s cameras are waiting for approval already at this address.", count=limit
                )
                if network
                else sentence("%(count)s cameras are waiting for approval already.", count=limit),
                params={"limit": limit},
                remedy="Approve those that are yours, or stop the others: a code expires when nobody polls.",
            )
        )


class TokenPending(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The agent gets no token, or not yet; ``code`` says which."""

    def __init__(self, code: TokenRefusal) -> None:
        super().__init__(code)
        self.code: TokenRefusal = code
