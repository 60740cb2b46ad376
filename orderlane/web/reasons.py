"""What each reason of a refusal means to a person, and what to do next."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from orderlane.kernel.errors import OrderlaneError
from orderlane.web.pages.states import Text

_REASONS: dict[str, Text] = {
    "access_refused": _("The other side refused our access: its keys no longer work. Connect it again."),
    "already_being_paid": _(
        "These purchase orders are already paid or being paid. Look at Payments before paying again."
    ),
    "already_forwarded": _("The supplier already has this purchase order."),
    "amount_too_small": _("The total is too small for a payment provider. Pay several purchase orders together."),
    "auto_order_not_ready": _("Auto-order needs billing data, a payment account and a connected store first."),
    "bad_address": _("The address of the store does not look right."),
    "bad_credentials": _("The other side does not accept these keys. Copy them again."),
    "bad_tracking": _("This does not look like a tracking number."),
    "illegal_transition": _("This is no longer possible: its state has changed meanwhile."),
    "invitation_not_valid": _("This invitation no longer works. Ask for a new one."),
    "last_owner": _("An organization keeps at least one owner. Make somebody else owner first."),
    "mixed_currencies": _("These products have prices in several currencies and cannot be paid together."),
    "moved_meanwhile": _("Somebody else changed it a moment ago. Reload the page and look again."),
    "no_connection": _("The other side could not be reached. Nothing has changed; try again in a minute."),
    "no_rate": _("There is no exchange rate for the supplier’s currency today. Try again later or tell the operator."),
    "not_auto_order": _("This supplier takes orders on its own website only."),
    "not_payable": _(
        "Some of the chosen purchase orders cannot be paid now: they are on hold, paid already, or ordered by hand."
    ),
    "not_shippable": _("This purchase order is not at its supplier yet, so nothing of it can have shipped."),
    "nothing_in_parcel": _("Put at least one piece in the parcel."),
    "nothing_selected": _("Tick at least one purchase order first."),
    "other_account": _("These keys belong to another account than the one you named."),
    "other_store": _("These keys belong to another store than the one you named."),
    "provider_not_offered": _("The supplier no longer takes this way of paying. Choose another."),
    "quote_expired": _("The quote has expired. Here is a new one; nothing was paid."),
    "quote_outdated": _("Something has changed since the quote was made. Here is a new one; nothing was paid."),
    "several_suppliers": _("One payment goes to one supplier."),
    "shop_not_found": _("There is no store at this address."),
    "supplier_not_ready": _(
        "This supplier cannot be paid yet: its billing data or shipping costs are missing. Write to it."
    ),
    "throttled": _("The other side asks us to slow down. Try again in a minute."),
    "too_many_selected": _("Too many purchase orders for one payment. Pay them in several rounds."),
    "too_many_shipped": _("That is more than was ordered."),
    "unavailable": _("The other side is not available. Nothing has changed; try again in a minute."),
    "wrong_shop": _("These keys belong to another store than the one you named."),
}


def explain(error: OrderlaneError) -> Text:
    """Say in the reader's language why something was refused; a reason we have no sentence for shows its code."""
    return explain_code(error.reason)


def explain_code(reason: str) -> Text:
    """Say what a recorded reason means."""
    return _REASONS.get(reason) or _("It was refused (%(reason)s). Nothing has changed.") % {"reason": reason}
