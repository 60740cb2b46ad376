"""What a store changed about an order that is being paid or was paid: both versions side by side, and the next step."""

from __future__ import annotations

from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _

from orderlane.kernel.address import Address
from orderlane.payments.models import Payment
from orderlane.payments.queries import agreed_ship_to
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.queries import StoreChange, store_change
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.actions.answer_request import may_have_arrived
from orderlane.suppliers.models import SupplierProfile
from orderlane.web.pages.order import QuantityChange, StoreChangeBox
from orderlane.web.pages.shell import Button
from orderlane.web.present.problems import cancel_links


def change_words(change: StoreChange) -> str:
    """What is different now, in a sentence or two."""
    said = [
        _("The customer’s order was canceled.") if change.canceled else "",
        _("The delivery address is another one now.") if change.moved else "",
        _("Fewer pieces are wanted now.") if change.fewer and not change.canceled else "",
    ]
    return " ".join(filter(None, said)) or _("The store has changed it back since.")


def change_title(change: StoreChange) -> str:
    """When the store changed it, seen from the payment."""
    if change.paying:
        return _("The store changed this order while a payment is open")
    if change.before_payment:
        return _("The store changed this order before its payment went through")
    if change.canceled:
        return _("Canceled in the store after payment")
    return _("The store changed this order after payment")


def change_step(po: PurchaseOrder, change: StoreChange) -> str:
    """Where the goods stand, and what the retailer can do."""
    if change.paying:
        return _(
            "The open payment is for the order as it was. Cancel the payment and pay again to order what the store "
            "says now; if you pay all the same, nothing is sent before you decide."
        )
    if change.held and may_have_arrived(po):
        return _("It changed while it was being sent. Ask the supplier whether it has it before you send it again.")
    if change.held:
        return _(
            "It is held: nothing is sent to the supplier before you decide. Send it as it was paid, and tell the "
            "supplier what has changed; or cancel it, and ask for the money back."
        )
    if change.canceled:
        return _canceled_step(po)
    return _(
        "The supplier was sent what was paid. Ask the supplier whether the change is still possible, then press Noted."
    )


def _canceled_step(po: PurchaseOrder) -> str:
    if po.fulfillment_state == FulfillmentState.FULFILLED:
        return _("It has already shipped. Settle with the customer and the supplier who keeps what.")
    if po.forwarding_state == ForwardingState.DELIVERED:
        return _("The supplier has it and will ship it. Ask the supplier to cancel it.")
    return _("It is on its way to the supplier. Ask for it to be canceled once it has arrived there.")


def decision(po: PurchaseOrder, change: StoreChange, *, back: str = "") -> list[Button]:
    """The one button that ends it: send what is held, or take note of what cannot be held any more."""
    fields = (("next", back),) if back else ()
    if change.paying:
        return []
    if change.held:
        label = _("Send it to the paid address") if change.moved else _("Send it as it was paid")
        sure = _("Send it to the supplier exactly as it was paid? The change in the store is not sent.")
        address = reverse("attention_forward", args=[po.pk])
        return [Button(label, address, "send", tone="primary", confirm=sure, fields=fields)]
    return [Button(_("Noted"), reverse("attention_note", args=[po.pk]), "check", fields=fields)]


def change_box(po: PurchaseOrder, payment: Payment | None, *, may_write: bool) -> StoreChangeBox | None:
    """The change with both versions; None when nothing waits for a decision."""
    agreed = agreed_ship_to(po, payment)
    change = store_change(po, agreed)
    if change is None or po.payment_state == PaymentState.REFUNDED or po.forwarding_state == ForwardingState.REJECTED:
        return None
    buttons = [*cancel_links(po), *decision(po, change, back=reverse("order", args=[po.number]))] if may_write else []
    if change.paying and payment is not None:
        buttons = [Button(_("See the payment"), reverse("payment_return", args=[payment.pk]), "payments", link=True)]
    return StoreChangeBox(
        title=change_title(change),
        meaning=f"{change_words(change)} {change_step(po, change)}",
        agreed_label=_("Being paid for") if change.paying else _("Paid for"),
        agreed=Address.from_json(agreed) if agreed is not None and change.moved else None,
        told=Address.from_json(po.told_ship_to) if change.moved else None,
        quantities=[QuantityChange(*each) for each in change.fewer],
        buttons=[*buttons, *([] if change.paying else _letter(po))],
    )


def _letter(po: PurchaseOrder) -> list[Button]:
    """A mail to the supplier with the number in its subject, where its address is known."""
    profile = SupplierProfile.objects.filter(supplier_id=po.supplier_id).first()
    if profile is None or not profile.contact_email:
        return []
    address = f"mailto:{profile.contact_email}?subject={quote(po.number)}"
    return [Button(_("Write to the supplier"), address, "note", link=True)]
