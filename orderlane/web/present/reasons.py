"""Reason codes of forwarding, payments and parcels as sentences: what happened, and what to do next."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_SENTENCES = {
    "out_of_stock": gettext_lazy("The supplier’s store has not enough stock. Ask the supplier, then try again."),
    "order_refused": gettext_lazy("The supplier’s store refused the order. Ask the supplier what is wrong."),
    "placed_twice": gettext_lazy("The supplier’s store holds this order more than once. Ask it to cancel one."),
    "look_up_inconclusive": gettext_lazy("The look-up found other orders only. Ask the supplier whether it arrived."),
    "no_order_channel": gettext_lazy("The supplier has no store connected that takes orders. Ask it to connect one."),
    "store_disconnected": gettext_lazy("The store is disconnected. Connect it again, then try again."),
    "access_refused": gettext_lazy("The other side refused our credentials. Connect the account again."),
    "shop_frozen": gettext_lazy("The store is frozen by its platform. Its owner has to settle that there."),
    "shop_not_found": gettext_lazy("The store no longer exists under this address."),
    "bad_request": gettext_lazy("The other side did not understand the request. Contact support with the number."),
    "missing_scope": gettext_lazy("The app lacks a permission in the store. Grant it there, then connect again."),
    "other_currency": gettext_lazy("The supplier’s store sells in another currency. Ask the supplier."),
    "mixed_currencies": gettext_lazy("Prices and shipping are in different currencies."),
    "not_paid": gettext_lazy("It is not paid."),
    "no_clear_answer": gettext_lazy("No clear answer came back. It is looked up before anything is sent again."),
    "waiting_for_index": gettext_lazy("Waiting until the supplier’s store surely shows it, if it arrived."),
    "lease_lost": gettext_lazy("The program stopped while sending. It is looked up before anything is sent again."),
    "no_connection": gettext_lazy("The other side cannot be reached. It is tried again by itself."),
    "busy": gettext_lazy("The other side is busy. It is tried again by itself."),
    "throttled": gettext_lazy("The other side asked us to slow down. It is tried again by itself."),
    "not_routed_yet": gettext_lazy("The store has not prepared the order yet. It is tried again by itself."),
    "on_hold": gettext_lazy("The store holds the order back. Release the hold there, then try again."),
    "fulfilled_in_store": gettext_lazy("Somebody had already marked these products as fulfilled in the store."),
    "fulfillment_refused": gettext_lazy("The store refused the parcel. Check the order there, then try again."),
    "tracking_refused": gettext_lazy("The store refused the tracking number. Check it, then try again."),
    "requested_in_store": gettext_lazy("Fulfillment was requested in the store."),
    "changed_in_store": gettext_lazy(
        "The store changed or canceled the order after payment. Try again sends it as it was paid."
    ),
    "refunded": gettext_lazy("The payment was refunded, so it is not sent by itself."),
    "canceled_by_supplier": gettext_lazy("The supplier canceled it in its own system. Ask the supplier."),
    "kept_failing": gettext_lazy("It kept failing for a reason nobody foresaw. Contact support with the number."),
    "given_up": gettext_lazy("It was canceled before it was paid."),
    "released_by_hand": gettext_lazy("Somebody settled it with the supplier and released the purchase orders."),
    "expired": gettext_lazy("It was not paid in time."),
    "gone_at_provider": gettext_lazy("It was not paid in time."),
    "closed_at_provider": gettext_lazy("It was closed at the provider."),
    "instrument_declined": gettext_lazy("The card or account was declined."),
    "declined": gettext_lazy("The provider declined the payment."),
    "paid_twice": gettext_lazy("These purchase orders were already paid by another payment."),
    "amount_differs": gettext_lazy("The provider reports another amount."),
    "currency_differs": gettext_lazy("The provider reports another currency."),
    "payee_differs": gettext_lazy("The money went to another account."),
    "reference_differs": gettext_lazy("The provider’s payment does not carry our reference."),
    "environment_differs": gettext_lazy("A test payment cannot settle a real one."),
    "bad_tracking": gettext_lazy("What was given as a tracking number cannot be one."),
    "too_many_shipped": gettext_lazy("The parcels would hold more than was ordered."),
    "bad_address": gettext_lazy("The delivery address is not complete enough. Correct it with the customer."),
    "too_many_lines": gettext_lazy("The order has more lines than the other side takes."),
    "unreadable_answer": gettext_lazy("The other side answered something unexpected. Look it up again in a while."),
    "changed_while_reading": gettext_lazy("It changed while it was being read. Try again."),
    "bad_credentials": gettext_lazy("The keys were refused. Copy them again from the other side."),
    "no_token": gettext_lazy("The keys were refused. Copy them again from the other side."),
    "token_refused": gettext_lazy("The keys were refused. Copy them again from the other side."),
    "other_store": gettext_lazy("These keys open another store. Check the address and the keys."),
    "wrong_shop": gettext_lazy("These keys open another store. Check the address and the keys."),
    "other_account": gettext_lazy("These keys open another account. Check which account they were copied from."),
    "merchant_id_mismatch": gettext_lazy("The merchant ID and the keys belong to different accounts."),
    "merchant_id_needed": gettext_lazy("The provider does not tell whose keys these are. Fill in the merchant ID too."),
    "wrong_environment": gettext_lazy(
        "These are keys for the other kind of payments: test instead of live, or live instead of test."
    ),
    "subscription_refused": gettext_lazy(
        "The store refused to send us its news. Give the app the permissions to read orders and products."
    ),
    "nothing_left_to_fulfill": gettext_lazy("The store says that nothing is left to ship of these products."),
    "empty_fulfillment": gettext_lazy("The store answered something unexpected. Look there before trying again."),
    "payment_not_found": gettext_lazy("The provider does not know this payment."),
    "disconnected_by_member": gettext_lazy("A member has disconnected it."),
    "unreadable_webhook": gettext_lazy("The message is signed correctly but cannot be read."),
    "ignored": gettext_lazy("A member has decided that it needs nothing."),
    "nothing_in_parcel": gettext_lazy("The parcel holds nothing of this purchase order."),
}


def reason_sentence(reason: str) -> str:
    """The sentence for a reason code; an unknown one is shown as a code that support can find."""
    known = _SENTENCES.get(reason)
    return str(known) if known else _("Reason: %(code)s") % {"code": reason}
