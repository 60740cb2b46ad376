"""Everybody who acts in a rehearsal: customers, retailers at the checkout, payers, suppliers, impatient staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from orderlane.config.promises.evidence import Database, Row, tail
from orderlane.connectors.http import Http
from orderlane.jobs.queue import enqueue_once
from orderlane.kernel import clock
from orderlane.members.models import Member
from orderlane.payments.actions.make_quote import make_quote
from orderlane.payments.actions.request_payment import request_payment
from orderlane.payments.effects.open_payment import open_payment
from orderlane.payments.effects.sync_payment import sync_payment
from orderlane.payments.models import Payment
from orderlane.tenants.scope import acting_for

ACTOR = "rehearsal:players"
SWEEPS = ("orders.poll_stores", "shipping.poll_stores", "purchasing.sweep", "shipping.sweep", "inbox.sweep")

_PURCHASE_ORDERS = """
SELECT po.id, po.number, po.retailer_id, po.supplier_id, po.payment_state, po.forwarding_state, po.hold,
       po.fulfillment_state, po.auto_order, po.supplier_external_id, o.external_id AS order_id,
       s.platform || '/' || s.external_id AS store, f.platform || '/' || f.external_id AS supplier_store
  FROM purchasing_purchaseorder po
  JOIN orders_order o ON o.id = po.order_id
  JOIN stores_store s ON s.id = o.store_id
  JOIN suppliers_supplierprofile p ON p.supplier_id = po.supplier_id
  LEFT JOIN stores_store f ON f.id = p.order_store_id
 ORDER BY po.number
"""
_LIVE = """
SELECT id, retailer_id, provider, status, external_id FROM payments_payment
 WHERE status IN ('prepared', 'open', 'capturing', 'pending', 'outcome_unknown') ORDER BY started_at
"""
_WAITING = """
SELECT (SELECT count(*) FROM inbox_inboundmessage WHERE status = 'received')
     + (SELECT count(*) FROM orders_order WHERE split_at IS NULL)
     + (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'
           OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at < now()))) AS count
"""


class Players:
    """Acts over HTTP on the sandbox, and through the pages' own actions and effects on Orderlane."""

    def __init__(self, sandbox_url: str) -> None:
        self._sandbox = Http(sandbox_url)

    # Outside

    def press(self, path: str, body: object = None) -> dict[str, Any] | None:
        """Press a button in the sandbox; None when it says no."""
        reply = self._sandbox.request("POST", path, writes=True, json_body=body if body is not None else {})
        if reply.status >= 400:
            return None
        told: dict[str, Any] = reply.json(wrote=True)
        return told

    def seen(self, path: str) -> dict[str, Any]:
        """Read something in the sandbox."""
        told: dict[str, Any] = self._sandbox.request("GET", path, writes=False).json(wrote=False)
        return told

    def calm(self) -> None:
        """End every fault."""
        self._sandbox.request("DELETE", "/faults.json", writes=True)

    def buy(self, store: str, quantities: Mapping[str, int], **body: object) -> str:
        """A customer orders in a store (``platform/id``); returns the store's number of the order."""
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]
        told = self.press(f"/{store}/_sandbox/orders", {"lines": lines, **body})
        if told is None:
            raise LookupError(f"{store} sells no {', '.join(quantities)}")
        return str(told["order"]["order_id"])

    def outside_order(self, store: str, order: str) -> dict[str, Any]:
        """An order as its store (``platform/id``) shows it."""
        told: dict[str, Any] = self.seen(f"/{store}/_sandbox/orders/{tail(order)}")["order"]
        return told

    def ship(self, row: Row, number: str, lines: Mapping[str, int] | None = None) -> bool:
        """The supplier packs a parcel of a purchase order in its own store; False when it cannot (yet)."""
        body = {"company": "UPS", "number": number, "lines": dict(lines or {})}
        path = f"/{row['supplier_store']}/_sandbox/orders/{tail(row['supplier_external_id'])}/ship"
        return self.press(path, body) is not None

    def approve(self, provider: str, external_id: str) -> None:
        """The payer says yes on the provider's page."""
        rows, action = ("orders", "approve") if provider == "paypal" else ("sessions", "pay")
        self.press(f"/{provider}/_sandbox/{rows}/{external_id}/{action}")

    # Inside

    def purchase_orders(self) -> list[Row]:
        """Every purchase order, with the stores on both sides."""
        return Database(clock.now()).rows(_PURCHASE_ORDERS)

    def live_payments(self) -> list[Row]:
        """Payments that may still move money."""
        return Database(clock.now()).rows(_LIVE)

    def count(self, statement: str) -> int:
        """One number from our database."""
        return int(Database(clock.now()).rows(statement)[0]["count"])

    def quiet(self) -> bool:
        """Whether no webhook is on its way and no message, order or job waits for the worker."""
        return not self.seen("/journal.json?after=1000000000")["pending_webhooks"] and self.count(_WAITING) == 0

    def pay(self, ids: Sequence[UUID], retailer_id: UUID, provider: str) -> Payment:
        """The retailer pays purchase orders: checkout, click, the provider's page, and back."""
        member = Member.objects.get(memberships__organization_id=retailer_id)
        actor = f"member:{member.pk}"
        with acting_for(retailer_id, actor):
            quote = make_quote(ids, member_id=member.pk, now=clock.now())
        with acting_for(retailer_id, actor):
            payment = request_payment(
                quote.pk, provider, member_id=member.pk, language=member.language, now=clock.now()
            )
        payment = open_payment(payment.pk, retailer_id, actor=actor, now=clock.now())
        if payment.external_id:
            self.approve(provider, payment.external_id)
            payment = sync_payment(payment.pk, retailer_id, actor=actor, now=clock.now())
        return payment

    def check_now(self, row: Row) -> None:
        """Somebody presses *check now* on a payment, after finishing it at the provider where that is still due."""
        payment = sync_payment(row["id"], row["retailer_id"], actor=ACTOR, now=clock.now())
        if not payment.external_id and row["status"] == "outcome_unknown":
            # Asked twice without an answer: this page will not come any more (Stripe repeats a stored error).
            sync_payment(row["id"], row["retailer_id"], actor=ACTOR, now=clock.now(), give_up=True)
        elif payment.status == "open":
            self.approve(payment.provider, payment.external_id)
            sync_payment(row["id"], row["retailer_id"], actor=ACTOR, now=clock.now())

    def hurry(self) -> None:
        """Run the periodic look-arounds now instead of waiting for their minute."""
        for name in SWEEPS:
            enqueue_once(name, key=name, timestamp=0)
