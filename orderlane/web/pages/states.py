"""How each state of each axis reads: its words, its color, and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Look:
    """One state as a person sees it. ``tone`` is a color of the tokens, ``shape`` the kind of dot."""

    label: Text
    tone: str
    meaning: Text
    shape: str = ""


_LOOKS: dict[str, dict[str, Look]] = {
    "payment": {
        "unpaid": Look(
            _("Unpaid"),
            "amber",
            _("Pay it here with Pay now or, without auto-order, on the supplier’s own website."),
            "hollow",
        ),
        "outside": Look(
            _("Outside Orderlane"), "grey", _("It was ordered on the supplier’s own website, and is paid there.")
        ),
        "paying": Look(
            _("Paying"), "blue", _("A payment is open at the provider. It turns paid once the provider confirms it.")
        ),
        "paid": Look(_("Paid"), "green", _("The supplier has been paid.")),
        "partially_refunded": Look(
            _("Payment partly refunded"),
            "grey",
            _("Part of the payment it belongs to was given back. The provider tells no more than the amount."),
            "half",
        ),
        "refunded": Look(_("Refunded"), "grey", _("The supplier has given all the money back.")),
        "disputed": Look(_("Disputed"), "red", _("The payment is being disputed at the provider.")),
    },
    "forwarding": {
        "not_due": Look(_("Not sent"), "grey", _("It goes to the supplier once it is paid."), "hollow"),
        "queued": Look(_("Queued"), "blue", _("It is waiting to be sent to the supplier."), "hollow"),
        "sending": Look(_("Sending"), "blue", _("It is being sent to the supplier.")),
        "delivered": Look(_("With supplier"), "green", _("The supplier’s system has it.")),
        "acknowledged": Look(_("Accepted"), "green", _("The supplier has accepted it.")),
        "rejected": Look(_("Rejected"), "red", _("The supplier has refused it. See the reason on the order.")),
        "outcome_unknown": Look(
            _("Outcome unknown"),
            "amber",
            _("The supplier’s system did not answer. We look it up before sending again: nothing is ordered twice."),
            "half",
        ),
        "needs_attention": Look(
            _("Needs attention"), "red", _("It could not be sent. Somebody has to act: see the reason on the order.")
        ),
    },
    "fulfillment": {
        "unfulfilled": Look(_("Unfulfilled"), "grey", _("Nothing has shipped yet."), "hollow"),
        "in_progress": Look(_("In progress"), "blue", _("The supplier is preparing the parcel.")),
        "partially_fulfilled": Look(_("Partially fulfilled"), "amber", _("Part of the goods has shipped."), "half"),
        "fulfilled": Look(_("Fulfilled"), "green", _("Everything has shipped.")),
        "delivered": Look(_("Delivered"), "green", _("The carrier has handed the parcel over.")),
    },
    "writeback": {
        "due": Look(_("Going to the store"), "blue", _("The tracking number is on its way to the store."), "hollow"),
        "pushing": Look(_("Going to the store"), "blue", _("The tracking number is on its way to the store.")),
        "pushed": Look(_("In the store"), "green", _("The store shows this parcel and its tracking number.")),
        "done_elsewhere": Look(
            _("Already fulfilled there"),
            "grey",
            _("Somebody else had already marked these products as fulfilled in the store. Nothing was changed there."),
        ),
        "outcome_unknown": Look(
            _("Outcome unknown"), "amber", _("The store did not answer. We look it up before writing again."), "half"
        ),
        "needs_attention": Look(
            _("Not in the store"), "red", _("The store refused the tracking number. See Needs attention.")
        ),
    },
    "own_store": {
        "due": Look(_("Going to your store"), "blue", _("The parcel is on its way to your own store."), "hollow"),
        "pushing": Look(_("Going to your store"), "blue", _("The parcel is on its way to your own store.")),
        "pushed": Look(_("In your store"), "green", _("Your own store shows this parcel, so nobody ships it again.")),
        "done_elsewhere": Look(
            _("Already shipped there"), "grey", _("Your own store had nothing left to ship of these products.")
        ),
        "outcome_unknown": Look(
            _("Outcome unknown"), "amber", _("Your store did not answer. We look it up before writing again."), "half"
        ),
        "needs_attention": Look(
            _("Not in your store"), "red", _("Your own store did not take the parcel. Mark it as shipped there.")
        ),
    },
    "mail": {
        "due": Look(_("Waiting"), "blue", _("It is sent in a moment, or tried again."), "hollow"),
        "sending": Look(_("Being sent"), "blue", _("It is being handed to the mail server.")),
        "sent": Look(_("Sent"), "green", _("The mail server has taken it.")),
        "skipped": Look(_("Not needed"), "grey", _("When it was to be sent, nothing was left to tell.")),
        "refused": Look(_("Refused"), "red", _("The mail server refused it, or could not be reached for a day.")),
        "unclear": Look(_("Unclear"), "amber", _("The mail server fell silent twice. It may have arrived."), "half"),
    },
    "cancellation": {
        "asked": Look(_("Waiting for an answer"), "amber", _("The supplier has not answered yet."), "hollow"),
        "agreed": Look(_("Agreed"), "green", _("The supplier does not ship it.")),
        "refused": Look(_("Refused"), "red", _("The supplier cannot cancel it any more.")),
    },
    "attempt": {
        "prepared": Look(_("Opening"), "blue", _("The payment page is being prepared at the provider."), "hollow"),
        "open": Look(_("Waiting for you"), "blue", _("The payment page is open at the provider.")),
        "capturing": Look(_("Checking"), "blue", _("We are asking the provider how the payment ended.")),
        "pending": Look(
            _("Pending at the provider"),
            "blue",
            _("The provider is still deciding. It turns paid or declined by itself."),
            "half",
        ),
        "captured": Look(_("Paid"), "green", _("The supplier has been paid.")),
        "declined": Look(_("Declined"), "red", _("The provider refused the payment. No money has moved.")),
        "closed": Look(_("Closed"), "grey", _("It ended without being paid. No money has moved."), "hollow"),
        "outcome_unknown": Look(
            _("Outcome unknown"),
            "amber",
            _("The provider has not answered yet. We keep asking; do not pay again."),
            "half",
        ),
        "mismatch": Look(
            _("Mismatch"),
            "red",
            _("The provider reports something else than was to be paid. Nothing is forwarded until somebody looks."),
        ),
        "surplus": Look(
            _("Paid twice"),
            "red",
            _("Money arrived for purchase orders that were paid already. The supplier has to give it back."),
        ),
        "resolved": Look(_("Settled by hand"), "grey", _("Somebody has settled it with the supplier."), "hollow"),
        "partially_refunded": Look(
            _("Partially refunded"), "grey", _("The supplier has given part of this payment back."), "half"
        ),
        "refunded": Look(_("Refunded"), "grey", _("The supplier has given all the money back.")),
    },
    "import": {
        "running": Look(_("Running"), "blue", _("Orders are being read, page by page.")),
        "done": Look(_("Done"), "green", _("Everything has been read.")),
        "stopped": Look(_("Stopped"), "grey", _("A member stopped it. What came in stays."), "hollow"),
        "failed": Look(_("Failed"), "red", _("The store refused. See the reason, then go on.")),
    },
    "match": {
        "unmatched": Look(_("Unmatched"), "amber", _("No supplier product is tied to it yet: see Products.")),
        "own_goods": Look(_("Own goods"), "grey", _("You ship it yourself: nothing is ordered from a supplier.")),
        "not_shipped": Look(_("Nothing to ship"), "grey", _("A gift card, a service or a download.")),
        "placed_by_us": Look(
            _("Purchase order"), "grey", _("Orderlane placed it in the store for a retailer: it is not bought again.")
        ),
    },
    "connection": {
        "active": Look(_("Active"), "green", _("Retailers are offered this way of paying.")),
        "connected": Look(pgettext_lazy("store", "Connected"), "green", _("Orders are coming in.")),
        "late": Look(_("Running late"), "amber", _("Nothing has been heard for a while; we keep polling.")),
        "disconnected": Look(
            pgettext_lazy("store", "Disconnected"), "red", _("The credentials no longer work. Connect again.")
        ),
        "paused": Look(_("Paused"), "grey", _("Nothing is fetched until it is resumed."), "hollow"),
    },
}


def look(axis: str, status: str) -> Look:
    """Return how ``status`` reads on ``axis``; a word we do not know is shown as it is, in grey."""
    return _LOOKS.get(axis, {}).get(status) or Look(status.replace("_", " ").capitalize(), "grey", "")


def known(axis: str) -> dict[str, Look]:
    """Return every state of an axis, in its natural order, for filters and the style guide."""
    return dict(_LOOKS[axis])
