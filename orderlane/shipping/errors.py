"""What can go wrong with shipments, by name."""

from __future__ import annotations

from orderlane.kernel.errors import Refused


class TooManyShipped(Refused):
    """More pieces in parcels than were ordered."""

    reason = "too_many_shipped"


class NothingInParcel(Refused):
    """A parcel without any piece of this purchase order."""

    reason = "nothing_in_parcel"


class BadTracking(Refused):
    """A tracking number that no carrier writes: too long, or with characters that do not belong."""

    reason = "bad_tracking"


class NotShippable(Refused):
    """This purchase order is not at its supplier, so nothing of it can have shipped."""

    reason = "not_shippable"


class NothingToPush(Refused):
    """The store was told, is being told, or must not be told about this parcel."""

    reason = "nothing_to_push"


class AlreadyAnswered(Refused):
    """The supplier has already said whether it can cancel."""

    reason = "already_answered"


class AlreadyShipped(Refused):
    """A parcel of it is recorded, so that what was ordered can no longer be undone or canceled."""

    reason = "already_shipped"


class NothingToCancel(Refused):
    """It is not paid, not ordered, or canceled already."""

    reason = "nothing_to_cancel"


class BeingSent(Refused):
    """It is on its way to its supplier, or may be: whom to ask is known in a moment."""

    reason = "being_sent"


class AlreadyAsked(Refused):
    """The supplier has been asked to cancel it and has not answered yet."""

    reason = "already_asked"


class ColorsUnreadable(Refused):
    """The text of a tracking page could not be read on its color."""

    reason = "colors_unreadable"
