"""Reason codes of forwarding, payments and parcels as sentences: what happened, and what to do next."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_SENTENCES = {
    "out_of_stock": gettext_lazy("The supplier’s store has not enough stock. Ask the supplier, then try again."),
    "order_refused": gettext_lazy("The supplier’s store refused the order. Ask the supplier what is wrong."),
    "payment_not_recorded": gettext_lazy(
        "The order stands in the supplier’s store, and its payment is not recorded there yet. If that lasts, let the "
        "app record payments there and try again: the order is not placed a second time."
    ),
    "placed_twice": gettext_lazy("The supplier’s store holds this order more than once. Ask it to cancel one."),
    "look_up_inconclusive": gettext_lazy("The look-up found other orders only. Ask the supplier whether it arrived."),
    "no_order_channel": gettext_lazy("The supplier has no store connected that takes orders. Ask it to connect one."),
    "store_disconnected": gettext_lazy("The store is disconnected. Connect it again, then try again."),
    "access_refused": gettext_lazy("The other side refused our credentials. Connect the account again."),
    "shop_frozen": gettext_lazy("The store is frozen by its platform. Its owner has to settle that there."),
    "secrets_renewed": gettext_lazy("The keys of the store have just been renewed. It is tried again by itself."),
    "no_install_flow": gettext_lazy("This platform cannot be connected that way. Use the keys of your own app."),
    "catalog_too_old": gettext_lazy(
        "The site still has the older product catalog, which cannot be listed. Add the products by file."
    ),
    "moved": gettext_lazy(
        "The store answers at another address, perhaps with or without www. Connect it with the address it uses."
    ),
    "private_address": gettext_lazy(
        "This address does not lead to the public internet. Enter the address under which customers reach the store."
    ),
    "no_api": gettext_lazy(
        "The store’s API does not answer at this address. Check the address, and that the shop software is switched on."
    ),
    "html_answer": gettext_lazy(
        "A web page came back instead of an answer: something in front of the store, such as a firewall, is in the way."
    ),
    "shop_not_found": gettext_lazy("The store no longer exists under this address."),
    "bad_request": gettext_lazy("The other side did not understand the request. Contact support with the number."),
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
    "fulfilled_in_store": gettext_lazy(
        "Somebody else had already marked these products as fulfilled in the store: this tracking number is not there."
    ),
    "parcel_taken_back": gettext_lazy("The supplier took this parcel back: it has not left."),
    "taken_back_in_store": gettext_lazy("The supplier took this parcel back, and your store shows it no longer."),
    "fulfillment_refused": gettext_lazy("The store refused the parcel. Check the order there, then try again."),
    "tracking_refused": gettext_lazy("The store refused the tracking number. Check it, then try again."),
    "requested_in_store": gettext_lazy("Fulfillment was requested in the store."),
    "payment_declined": gettext_lazy("The store’s request was declined: it was not paid in time."),
    "request_ended": gettext_lazy("The request was taken back or canceled in the store."),
    "canceled_before_forwarding": gettext_lazy(
        "It was canceled before it went to the supplier. Ask the supplier for the money back, or send it all the same."
    ),
    "cancellation_agreed": gettext_lazy("The supplier agreed to cancel it. Ask the supplier for the money back."),
    "already_answered": gettext_lazy("This request was already answered. Reload the page to see the answer."),
    "cannot_record_there": gettext_lazy(
        "Orderlane cannot write into this store. Mark the parcel as shipped there too, so that nobody ships it again."
    ),
    "order_not_found": gettext_lazy("The order no longer exists in the store. Look there before anything is shipped."),
    "missing_scope": gettext_lazy("The app lacks permissions in the store. Connect it again and grant all of them."),
    "budget_spent": gettext_lazy("The other side’s rate limit is used up for the moment. It is tried again by itself."),
    "app_missing": gettext_lazy("The app is not set up on this installation. Ask whoever runs it to add its keys."),
    "app_refused": gettext_lazy("The platform refuses the keys of the app. Ask whoever runs this installation."),
    "install_code_refused": gettext_lazy("The installation took too long, or was done twice. Start it again."),
    "install_bad_signature": gettext_lazy("What came back is not signed by the platform. Start again."),
    "install_stale": gettext_lazy("The installation took too long. Start it again."),
    "install_no_code": gettext_lazy("The store did not agree to the installation. Start it again."),
    "install_bad_shop": gettext_lazy("This is not the address of a store. It ends in .myshopify.com."),
    "changed_in_store": gettext_lazy(
        "The store changed or canceled the order, so it was held. Ask to cancel it, or send it as it was paid."
    ),
    "canceled_in_store": gettext_lazy("The customer’s order was canceled in the store."),
    "shipped_after_cancellation": gettext_lazy(
        "The supplier had canceled it and has shipped it all the same. Your store was not told: you decide."
    ),
    "left_by_member": gettext_lazy("A member has decided that the store stays as it is."),
    "not_ordered_after_all": gettext_lazy("It was not ordered on the supplier’s website after all."),
    "not_shippable": gettext_lazy("The parcel came before the supplier had the purchase order."),
    "refunded": gettext_lazy("The supplier has given all the money back."),
    "refunded_unconfirmed": gettext_lazy(
        "The money was given back while it was unclear whether the supplier has it. Ask the supplier to cancel it."
    ),
    "refund_arranged": gettext_lazy("Somebody has arranged the refund with the supplier."),
    "refund_not_listed": gettext_lazy("More was given back than the provider lists. Ask the supplier what it was."),
    "refund_changed": gettext_lazy(
        "A refund is no longer what was recorded: it may have failed. Ask the supplier whether the money will come."
    ),
    "refund_exceeds_payment": gettext_lazy("More was given back than was paid. Ask the supplier what it was for."),
    "refund_currency_differs": gettext_lazy("A refund was made in another currency. Ask the supplier about it."),
    "canceled_by_supplier": gettext_lazy("The supplier canceled it in its own system. Ask the supplier."),
    "kept_failing": gettext_lazy("It kept failing for a reason nobody foresaw. Contact support with the number."),
    "given_up": gettext_lazy("It was canceled before it was paid."),
    "never_opened": gettext_lazy("The payment page could not be opened in time."),
    "pending_at_provider": gettext_lazy("The provider is still deciding about it."),
    "under_review": gettext_lazy("The provider is reviewing it, as it does with some payments."),
    "bank_transfer_under_way": gettext_lazy("The money comes from a bank account, which takes a few days."),
    "supplier_must_accept": gettext_lazy("The supplier has to accept it in its own account. Ask the supplier."),
    "unknown_status": gettext_lazy("The provider describes it in a way we do not know. It is looked at again."),
    "in_progress": gettext_lazy("The provider is still at work on it. It is looked at again."),
    "released_by_hand": gettext_lazy("Somebody settled it with the supplier and released the purchase orders."),
    "expired": gettext_lazy("It was not paid in time."),
    "gone_at_provider": gettext_lazy("It was not paid in time."),
    "closed_at_provider": gettext_lazy("It was closed at the provider."),
    "instrument_declined": gettext_lazy("The card or account was declined."),
    "declined": gettext_lazy("The provider declined the payment."),
    "card_expired": gettext_lazy("The card has expired."),
    "transaction_refused": gettext_lazy("The provider refused this payment. Another card or account may work."),
    "payer_cannot_pay": gettext_lazy("Your account cannot make this payment. Another card or account may work."),
    "payer_account_restricted": gettext_lazy(
        "Your account is restricted. The provider tells you why when you sign in."
    ),
    "payer_account_locked_or_closed": gettext_lazy("Your account is locked or closed at the provider."),
    "redirect_payer_for_alternate_funding": gettext_lazy("The card or account was declined."),
    "transaction_limit_exceeded": gettext_lazy("The amount is above what your account may pay at once."),
    "transaction_receiving_limit_exceeded": gettext_lazy("The supplier’s account cannot take that much. Tell it."),
    "payee_blocked_transaction": gettext_lazy("The supplier’s account does not accept this payment. Tell it."),
    "transaction_blocked_by_payee": gettext_lazy("The supplier’s account does not accept this payment. Tell it."),
    "order_expired": gettext_lazy("It was not paid in time."),
    "payment_page_host": gettext_lazy("The payment page lies on an address this installation does not allow."),
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
    "being_connected": gettext_lazy(
        "This store is being connected just now, in another window perhaps. Wait a moment, then look at your stores."
    ),
    "store_takes_purchase_orders": gettext_lazy(
        "This store takes Orderlane’s orders for a supplier. It cannot sell here as well: those orders would come back "
        "as new sales. Connect another store, or disconnect it on the supplier’s side first."
    ),
    "store_sells": gettext_lazy(
        "This store already sells through Orderlane. It cannot take a supplier’s orders as well: they would come back "
        "as new sales. Connect another store, or disconnect it on the retailer’s side first."
    ),
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
    "import_given_up": gettext_lazy("The store could not be read in many tries. Try again later."),
    "payment_not_found": gettext_lazy("The provider does not know this payment."),
    "disconnected_by_member": gettext_lazy("A member has disconnected it."),
    "unreadable_webhook": gettext_lazy("The message is signed correctly but cannot be read."),
    "ignored": gettext_lazy("A member has decided that it needs nothing."),
    "mail_refused": gettext_lazy("The mail server refused the e-mail. Check the address, or ask whoever runs this."),
    "mail_deferred": gettext_lazy("The mail server does not take it for the moment. It is tried again by itself."),
    "nothing_to_tell": gettext_lazy("When it was to be sent, nothing was left to tell."),
    "nothing_in_parcel": gettext_lazy("The parcel holds nothing of this purchase order."),
}


def payment_reason(reason: str) -> str:
    """The sentence for why a payment stands as it does; a provider's own code says nothing to anybody."""
    known = _SENTENCES.get(reason)
    return str(known) if known else _("The provider gives a reason we do not know. Ask it, or contact support.")


def reason_sentence(reason: str) -> str:
    """The sentence for a reason code; the code itself is for the log, never for a person."""
    known = _SENTENCES.get(reason)
    return str(known) if known else _("It went wrong in an unforeseen way. Contact support with the number.")
