"""Base errors: facts the domain refuses, and the four ways a call to the outside can end badly."""

from __future__ import annotations


class OrderlaneError(Exception):
    """Any error of ours that states a fact; ``reason`` is a stable code that pages translate.

    ``params`` fills the translated sentence (numbers, names); it never holds secrets or personal data.
    """

    reason = "error"

    def __init__(self, message: str = "", /, *, reason: str | None = None, **params: object) -> None:
        super().__init__(message or reason or self.reason)
        self.reason = reason or self.reason
        self.params = params


class Refused(OrderlaneError):
    """The domain says no: nothing has been changed, and the person is told why and what to do next."""

    reason = "refused"


class OutsideError(OrderlaneError):
    """A call to an outside system did not succeed. Connectors raise its four subclasses and nothing else."""

    reason = "outside_error"

    def __init__(
        self,
        message: str = "",
        /,
        *,
        reason: str | None = None,
        retry_after: float | None = None,
        **params: object,
    ) -> None:
        super().__init__(message, reason=reason, **params)
        self.retry_after = retry_after
        """Seconds the other side asked us to wait, when it said so."""


class Declined(OutsideError):
    """A firm business no: stop and tell the person (card refused, order already canceled)."""

    reason = "declined"


class NeedsAttention(OutsideError):
    """Our request or settings are wrong: stop and tell a person which setting (400, 401, 403, closed account)."""

    reason = "needs_attention"


class Unavailable(OutsideError):
    """Surely nothing happened: retry with back-off (connect error, 429, 503 on a read)."""

    reason = "unavailable"


class OutcomeUnknown(OutsideError):
    """It may have happened: look it up by key before anything else (read timeout, dropped line, 5xx on a write)."""

    reason = "outcome_unknown"
