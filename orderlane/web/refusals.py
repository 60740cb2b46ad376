"""Why something could not be done, in the reader's language: the fact, then the next step."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orderlane.kernel.errors import OrderlaneError

_WORDS = {
    "nothing_selected": gettext_lazy("Nothing is ticked. Tick at least one purchase order."),
    "nothing_payable": gettext_lazy("None of the ticked purchase orders can be paid now."),
    "too_many_selected": gettext_lazy("Too many purchase orders at once. Tick at most 200."),
    "several_suppliers": gettext_lazy("One payment goes to one supplier. Tick purchase orders of one supplier."),
    "not_payable": gettext_lazy(
        "Some of these purchase orders cannot be paid any more. A new quote holds the others; nothing has been paid."
    ),
    "supplier_not_ready": gettext_lazy(
        "This supplier has not finished its set-up (billing details or shipping) and cannot be paid yet. Contact it."
    ),
    "mixed_currencies": gettext_lazy(
        "This supplier’s prices and shipping are in different currencies. Ask the supplier to use one."
    ),
    "no_rate": gettext_lazy("There is no recent exchange rate for the supplier’s currency. Try again later."),
    "amount_too_small": gettext_lazy("Payment providers take no amount under 0.50 US dollars. Pay several together."),
    "quote_expired": gettext_lazy(
        "It has expired: prices and the exchange rate are read again for a new one. Nothing has been paid."
    ),
    "quote_outdated": gettext_lazy(
        "Something shown here has changed meanwhile (price, address or quantity). Get a new quote; nothing was paid."
    ),
    "already_being_paid": gettext_lazy("One of these purchase orders is already being paid. This is that payment."),
    "provider_not_offered": gettext_lazy("This supplier does not take that way of paying. Choose another one."),
    "moved_meanwhile": gettext_lazy("Somebody changed this just now. The page shows how it stands; please try again."),
    "bad_tracking": gettext_lazy(
        "This is not a tracking number: use letters, digits, spaces, dots, dashes or slashes, at most 64 characters."
    ),
    "nothing_in_parcel": gettext_lazy("The parcel is empty. Put at least one piece in it."),
    "too_many_shipped": gettext_lazy("That is more than was ordered. Check the quantities of the other parcels."),
    "not_shippable": gettext_lazy("The supplier does not have this purchase order yet, so nothing can have shipped."),
    "already_forwarded": gettext_lazy("The supplier already has this purchase order."),
    "not_auto_order": gettext_lazy("This purchase order is sent to the supplier automatically once it is paid."),
    "held_for_decision": gettext_lazy(
        "It is held until you decide whether it is sent as it was paid: open the order and compare."
    ),
    "nothing_to_forward": gettext_lazy("It is not paid yet, so nothing is sent to the supplier."),
    "money_given_back": gettext_lazy(
        "The money was given back, so it is not sent to the supplier any more. Archive it."
    ),
    "message_names_nothing": gettext_lazy("This message could not be read, so there is nothing to run again."),
    "no_variant": gettext_lazy("This line names no product of the store (a custom item), so it cannot be tied to one."),
    "already_shipped": gettext_lazy("A parcel of it has already left, so this cannot be undone any more."),
    "nothing_to_cancel": gettext_lazy("There is nothing to cancel: it is not with the supplier, or was canceled."),
    "being_sent": gettext_lazy(
        "It is being sent to the supplier right now. Ask again in a few minutes, once it is known to have arrived."
    ),
    "already_asked": gettext_lazy("The supplier has already been asked to cancel it and has not answered yet."),
    "already_answered": gettext_lazy("This request was already answered. Reload the page to see the answer."),
    "not_ordered_by_hand": gettext_lazy("It is not marked as ordered, so there is nothing to undo."),
    "unknown_variant": gettext_lazy(
        "This store has sold no such product, so there is nothing to match. Choose one from the list below."
    ),
    "unknown_product": gettext_lazy(
        "None of your suppliers offers this product any more. Choose another one; nothing was changed."
    ),
    "import_running": gettext_lazy("This store’s earlier orders are already being read. Wait for it, or stop it."),
    "import_under_way": gettext_lazy("Your products are being read already. This page shows how far it is."),
    "file_under_way": gettext_lazy("A file is being applied already. This page shows how far it is."),
    "file_too_large": gettext_lazy("The file is too large. Nothing was read from it. Split it into several files."),
    "file_empty": gettext_lazy("The file is empty. Download the list, fill it in, and upload it as CSV."),
    "sheet_not_text": gettext_lazy("The file is no text. Save it as CSV in your spreadsheet program, then try again."),
    "sheet_columns": gettext_lazy(
        "The columns “listing” and “supplier_sku” are missing in the first line. Start from a downloaded file."
    ),
    "sheet_columns_twice": gettext_lazy("A column stands twice in the first line. Leave one of the two."),
    "sheet_broken_quotes": gettext_lazy(
        "The file cannot be read on: a quote is not closed. The rows before it were applied; mend the row and upload "
        "the file again."
    ),
    "last_owner": gettext_lazy("There must be at least one owner. Make somebody else an owner first."),
    "auto_order_not_ready": gettext_lazy("Auto-order needs everything listed here first."),
    "invitation_not_valid": gettext_lazy("This invitation no longer works. Ask for a new one."),
    "nothing_to_push": gettext_lazy("There is nothing to tell the store about this parcel any more."),
    "colors_unreadable": gettext_lazy("The text cannot be read on this color. Choose a lighter or a darker one."),
    "no_picture": gettext_lazy("This is no picture that can be read. Upload a PNG, JPEG or WebP file of at most 2 MB."),
    "illegal_transition": gettext_lazy("This is no longer possible in the state it is in. The page shows it anew."),
}


def words_for(refusal: OrderlaneError) -> str:
    """The sentence for a refusal; its code is for the log, never for a person."""
    known = _WORDS.get(refusal.reason)
    return str(known) if known else _("This could not be done. Reload the page and try again, or contact support.")
