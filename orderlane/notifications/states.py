"""Where one e-mail stands."""

from __future__ import annotations

from enum import StrEnum

from orderlane.kernel.states import table


class MailStatus(StrEnum):
    """From the intent to the end of one e-mail. A mail server has no look-up: an unclear end is sent once more."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    """Nothing was left to tell, or nobody to tell it to."""
    REFUSED = "refused"
    UNCLEAR = "unclear"
    """It may have arrived, twice at most; it is not sent a third time."""


_S = MailStatus
MAIL = table(
    _S.DUE,
    {
        _S.DUE: {_S.SENDING},
        _S.SENDING: {_S.DUE, _S.SENT, _S.SKIPPED, _S.REFUSED, _S.UNCLEAR},
    },
)
