"""Answer what retailers ask with *Request fulfillment* in their stores, and with the wish to cancel it.

Webhook, ping and poll all end here, and so does everything that may change an answer: a payment, a supplier's
word, the hours that have passed. The store's own list is the truth, read anew each time.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from orderlane.kernel.errors import Declined, OutsideError
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.stores import RequestState
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.actions.answer_request import decide_answer, note_requests
from orderlane.shipping.queries import orders_in_question
from orderlane.stores.connections import connector_of
from orderlane.stores.effects.lost_access import noticing_lost_access
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for


def answer_requests(retailer_id: UUID, store_id: UUID, *, actor: str, now: datetime) -> int:
    """Go through every order of a store of which something is asked; return how many requests were answered.

    One order that cannot be read does not keep the others waiting; its error is raised at the end.
    """
    with acting_for(retailer_id, actor):
        store = Store.objects.get(pk=store_id)
        connector = connector_of(store)
    if StoreCapability.REQUEST_FULFILLMENT not in connector.capabilities:
        return 0
    with noticing_lost_access(store, actor=actor):
        listed = connector.requested_work()
    asked = [work.order_external_id for work in listed if work.request_state is not RequestState.ACCEPTED]
    accepted = {work.order_external_id for work in listed if work.request_state is RequestState.ACCEPTED}
    with acting_for(retailer_id, actor):
        orders = dict.fromkeys([*asked, *orders_in_question(store_id, accepted)])
    answered, problems = 0, []
    for order in orders:
        try:
            answered += answer_order(retailer_id, store_id, order, actor=actor, now=now)
        except OutsideError as problem:
            problems.append(problem)
    if problems:
        raise problems[0]
    return answered


def answer_requests_of(purchase_order_id: UUID, retailer_id: UUID, *, actor: str, now: datetime) -> None:
    """Look again at the order of one purchase order: it was paid, ordered, or its supplier has answered."""
    with acting_for(retailer_id, actor):
        order = PurchaseOrder.objects.select_related("order__store").get(pk=purchase_order_id).order
        connector = connector_of(order.store)
    if StoreCapability.REQUEST_FULFILLMENT in connector.capabilities:
        answer_order(retailer_id, order.store_id, order.external_id, actor=actor, now=now)


def answer_order(retailer_id: UUID, store_id: UUID, order: str, *, actor: str, now: datetime) -> int:
    """Note what the store shows of one order, answer what is due, and note again; returns how many answers.

    Noted first, so that a crash after an answer leaves nothing unnoted; the next look would find it anyway.
    """
    with acting_for(retailer_id, actor):
        store = Store.objects.get(pk=store_id)
        connector = connector_of(store)
    with noticing_lost_access(store, actor=actor):
        works = connector.list_work(order)
        with acting_for(retailer_id, actor):
            note_requests(store_id, order, works, now=now)
        answered = 0
        for work in works:
            with acting_for(retailer_id, actor):
                decision = decide_answer(retailer_id, store_id, work, now=now)
            if decision is None:
                continue
            # A refusal means: taken back or answered meanwhile. What the store shows now is read below.
            with suppress(Declined):
                connector.answer_request(work.external_id, decision.answer, decision.message)
            answered += 1
        if answered:
            works = connector.list_work(order)
    if answered:
        with acting_for(retailer_id, actor):
            note_requests(store_id, order, works, now=now)
    return answered
