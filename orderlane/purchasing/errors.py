"""What can go wrong with purchase orders, by name."""

from __future__ import annotations

from orderlane.kernel.errors import Refused


class PurchaseOrderNotPayable(Refused):
    """It is on hold, already paid or being paid, or its supplier has no auto-order."""

    reason = "not_payable"


class NotAutoOrder(Refused):
    """This supplier takes orders on its own website only."""

    reason = "not_auto_order"


class NotOrderedByHand(Refused):
    """It is not marked as ordered, so there is nothing to take back."""

    reason = "not_ordered_by_hand"


class AlreadyForwarded(Refused):
    """The supplier already has this purchase order."""

    reason = "already_forwarded"


class MoneyGivenBack(Refused):
    """Its payment was refunded in full, so it is not given to the supplier any more."""

    reason = "money_given_back"


class HeldForDecision(Refused):
    """The store changed it while it was being paid, or before it was sent: somebody has to say whether it is sent."""

    reason = "held_for_decision"


class NothingToForward(Refused):
    """It is not due: nothing may be sent to the supplier before it was paid."""

    reason = "nothing_to_forward"
