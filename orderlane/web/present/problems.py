"""What stops one purchase order, as its retailer sees it: each problem with its reason and its next step."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from orderlane.kernel.errors import Refused
from orderlane.orders.models import LineMatch, OrderLine
from orderlane.payments.queries import payments_of
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.queries import HELD_BACK
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.actions.answer_cancellation import AGREED
from orderlane.shipping.actions.answer_request import may_have_arrived
from orderlane.shipping.actions.ask_to_cancel import check_cancelable
from orderlane.shipping.actions.record_shipment import SHIPPED_ANYWAY
from orderlane.shipping.models import Fulfillment
from orderlane.shipping.queries import unpaid_hours, wishes_waiting
from orderlane.shipping.states import FulfillmentStatus
from orderlane.web.pages.order import Problem
from orderlane.web.pages.orders import PurchaseOrderRow
from orderlane.web.pages.shell import Button
from orderlane.web.present.purchase_orders import hold_step, hold_words
from orderlane.web.present.reasons import reason_sentence

_F = ForwardingState


def problems_of(po: PurchaseOrder, row: PurchaseOrderRow, apart: list[OrderLine], *, may_write: bool) -> list[Problem]:
    """What stops this purchase order, worst first, each with its next step; acts only for who may act."""
    problems = [*_parcels(po), *_canceled(po), *_not_sent(po), *_unpaid(po, row)]
    waiting = [line for line in apart if line.match == LineMatch.UNMATCHED]
    if waiting:
        link = Button(_("Match products"), reverse("products"), "products", link=True)
        problems.append(Problem(_("Some lines have no supplier product"), _titles(waiting), "amber", [link]))
    problems += _archived(po)
    if may_write:
        return problems
    return [
        Problem(each.title, each.meaning, each.tone, [button for button in each.buttons if button.link])
        for each in problems
    ]


def _parcels(po: PurchaseOrder) -> list[Problem]:
    problems = []
    for told in Fulfillment.objects.filter(purchase_order=po, status=FulfillmentStatus.NEEDS_ATTENTION).order_by("id"):
        problems.append(Problem(_parcel_title(told), parcel_sentence(told), "red", parcel_buttons(told)))
    return problems


def _parcel_title(told: Fulfillment) -> str:
    if told.shipment.canceled_at is not None:
        return _("The supplier has taken a parcel back")
    if told.reason == SHIPPED_ANYWAY:
        return _("Shipped although it was canceled")
    return _("The store did not take the tracking number")


def parcel_sentence(told: Fulfillment) -> str:
    """Why a parcel waits for a person, and the next step."""
    why = reason_sentence(told.reason)
    if told.shipment.canceled_at is not None:
        still = _("Your store still shows it to the customer: try again, or cancel it there and say so here.")
        return f"{why} {still}"
    return f"{why} {money_sentence(told.purchase_order)}" if told.reason == SHIPPED_ANYWAY else why


def parcel_buttons(told: Fulfillment, *, back_to: str = "") -> list[Button]:
    """What can be done about a parcel that the store does not show, or shows although it was canceled."""
    number, parcel = told.purchase_order.number, told.shipment_id
    fields = (("next", back_to),) if back_to else ()
    leave, push = (reverse(name, args=[number, parcel]) for name in ("order_leave_untold", "order_push_again"))
    again = _("Tell the store") if told.reason == SHIPPED_ANYWAY else _("Try again")
    done = _("Leave the store as it is") if told.shipment.canceled_at is None else _("Taken back in the store")
    return [Button(again, push, "sync", fields=fields), Button(done, leave, "check", fields=fields)]


def _canceled(po: PurchaseOrder) -> list[Problem]:
    """Canceled, or given back, at either end: what became of the money, and whether goods may come all the same."""
    if po.fulfillment_state == FulfillmentState.FULFILLED:
        return []
    archive = Button(_("Archive"), reverse("orders_archive"), "archive", fields=_returning(po, "purchase_order"))
    buttons = [*payment_links(po), *([] if po.archived_at else [archive])]
    refunded = po.payment_state == PaymentState.REFUNDED
    if po.forwarding_state == _F.REJECTED:
        return [Problem(rejection_title(po), money_sentence(po), "grey" if refunded else "red", buttons)]
    if refunded and po.forwarding_state == _F.DELIVERED:
        meaning = _("It is with the supplier: ask for it to be canceled, or it may be shipped all the same.")
        return [Problem(_("The money was given back"), meaning, "red", [*cancel_links(po), *buttons])]
    if refunded and po.canceled_here:
        return [Problem(_("Canceled before it was sent"), money_sentence(po), "grey", buttons)]
    if refunded:
        return [Problem(_("The money was given back"), forwarding_sentence(po), "red", buttons)]
    return []


def rejection_title(po: PurchaseOrder) -> str:
    """Who canceled what the supplier had: the supplier by itself, or because it was asked to."""
    agreed = po.forwarding_reason == AGREED
    return _("The supplier agreed to cancel it") if agreed else _("Canceled by the supplier")


def money_sentence(po: PurchaseOrder) -> str:
    """Where the money for something canceled is, and what to do about it."""
    return {
        PaymentState.PAID: _("You have paid for it. Ask the supplier for the money back; it appears here by itself."),
        PaymentState.PARTIALLY_REFUNDED: _("Part of the money was given back. Ask the supplier for the rest."),
        PaymentState.REFUNDED: _("The supplier has given all the money back."),
    }.get(PaymentState(po.payment_state)) or _("It was paid on the supplier’s own website: settle it there.")


def payment_links(po: PurchaseOrder) -> list[Button]:
    """The way to its payment, where one is known."""
    payment = payments_of([po.pk]).get(po.pk)
    if payment is None:
        return []
    return [Button(_("See the payment"), reverse("payment", args=[payment.pk]), "payments", link=True)]


def _not_sent(po: PurchaseOrder) -> list[Problem]:
    if po.forwarding_state != _F.NEEDS_ATTENTION or po.payment_state == PaymentState.REFUNDED:
        return []
    if po.changed_in_store_at is not None:
        return []  # What changed is shown in a box of its own, with what can be done.
    if po.forwarding_reason in HELD_BACK:
        buttons = [*cancel_links(po), *payment_links(po), forward_button(po)]
        return [Problem(_("Held back from the supplier"), forwarding_sentence(po), "red", buttons)]
    title = _("The supplier does not have this order yet")
    return [Problem(title, forwarding_sentence(po), "red", [forward_button(po), *cancel_links(po)])]


def forward_button(po: PurchaseOrder) -> Button:
    """Have it looked up at its supplier and sent."""
    label = _("Send it as it was paid") if po.forwarding_reason in HELD_BACK else _("Try again")
    return Button(label, reverse("order_forward_again", args=[po.number]), "sync")


def forwarding_sentence(po: PurchaseOrder) -> str:
    """Why it stands with its supplier as it does; empty when nothing is to be said."""
    if po.forwarding_reason == "changed_in_store":
        if may_have_arrived(po):
            return _("The store changed or canceled the order while it was being sent. Ask the supplier if it has it.")
        if po.order.canceled_at is not None:
            return _("The customer’s order was canceled in the store after you had paid. Nothing was sent.")
        return _("The store changed the address or the quantities after you had paid. Nothing was sent.")
    return reason_sentence(po.forwarding_reason) if po.forwarding_reason else ""


def may_ask_to_cancel(po: PurchaseOrder) -> bool:
    """Whether the supplier can be asked now to cancel it."""
    try:
        check_cancelable(po)
    except Refused:
        return False
    return True


def cancel_links(po: PurchaseOrder) -> list[Button]:
    """The way to the form that asks the supplier to cancel, where that is possible."""
    if not may_ask_to_cancel(po):
        return []
    return [Button(_("Ask to cancel"), f"{reverse('order', args=[po.number])}#cancel", "ban", link=True)]


def waits_for_answer(po: PurchaseOrder) -> bool:
    """Whether the supplier was asked to cancel it and has not answered."""
    return wishes_waiting().filter(purchase_order=po).exists()


def _unpaid(po: PurchaseOrder, row: PurchaseOrderRow) -> list[Problem]:
    if po.payment_state != PaymentState.UNPAID:
        return []
    problems = []
    if po.hold:
        problems.append(Problem(hold_words(po.hold), hold_step(po.hold)))
    elif po.payable and row.unpayable:
        see = Button(_("See the supplier"), f"{reverse('suppliers')}#supplier-{po.supplier_id}", "suppliers", link=True)
        problems.append(Problem(_("It cannot be paid yet"), row.unpayable, "amber", [see]))
    if po.fulfillment_state == FulfillmentState.IN_PROGRESS:
        hours = unpaid_hours(po.retailer_id)
        meaning = _(
            "That neither pays nor orders anything. Unpaid %(hours)s hours after the request, it is declined and the "
            "order becomes unfulfilled again."
        ) % {"hours": hours}
        problems.append(Problem(_("Fulfillment was requested in your store"), meaning))
    return problems


def _archived(po: PurchaseOrder) -> list[Problem]:
    if po.archived_at is None:
        return []
    back = Button(_("Bring it back"), reverse("orders_archive"), "archive", fields=_returning(po, "purchase_order"))
    meaning = _("It is left out of the daily lists and of Needs attention. Bring it back if it is still to be seen to.")
    return [Problem(_("In the archive"), meaning, "grey", [back])]


def _returning(po: PurchaseOrder, *names: str) -> list[tuple[str, str]]:
    """Hidden fields that name this purchase order and lead back to its page."""
    return [*((name, po.number) for name in names), ("next", reverse("order", args=[po.number]))]


def _titles(lines: Sequence[OrderLine]) -> str:
    return ", ".join(f"{line.quantity} × {line.title}" for line in lines)
