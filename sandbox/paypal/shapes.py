"""Orders, captures and refunds as PayPal writes them in JSON."""

from datetime import datetime
from typing import Any

from sandbox.paypal.accounts import PAYER
from sandbox.paypal.amounts import fee, money
from sandbox.paypal.orders import Capture, Order, Orders, Refund


def stamp(moment: datetime) -> str:
    """A time in PayPal's spelling, whole seconds in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Shapes:
    """Writes objects with links below `api` (the address of the simulated API)."""

    def __init__(self, api: str, orders: Orders) -> None:
        self._api = api
        self._orders = orders

    def payer_link(self, order: Order) -> str:
        """Where the payer approves."""
        return f"{self._api}/checkoutnow?token={order.id}"

    def order(self, order: Order, whole: bool = True) -> dict[str, Any]:
        """An order; not `whole` is the minimal form: id, status and links."""
        body: dict[str, Any] = {"id": order.id, "status": order.status, "links": self._order_links(order)}
        if not whole:
            return body
        approved = order.approved_at is not None
        body["intent"] = "CAPTURE"
        if order.with_source or approved:
            body["payment_source"] = {"paypal": {**PAYER, "account_status": "VERIFIED"} if approved else {}}
        body["purchase_units"] = [self._unit(order, index) for index in range(len(order.units))]
        if approved:
            names = {"email_address": PAYER["email_address"], "payer_id": PAYER["account_id"]}
            body["payer"] = names | {"name": PAYER["name"], "address": PAYER["address"]}
        body |= {"create_time": stamp(order.created_at), "update_time": stamp(order.updated_at)}
        return body

    def _order_links(self, order: Order) -> list[dict[str, str]]:
        own = f"{self._api}/v2/checkout/orders/{order.id}"
        links = [{"href": own, "rel": "self", "method": "GET"}]
        if order.payable:
            rel = "payer-action" if order.with_source else "approve"
            links.append({"href": self.payer_link(order), "rel": rel, "method": "GET"})
        if order.status in ("CREATED", "APPROVED"):
            links.append({"href": f"{own}/capture", "rel": "capture", "method": "POST"})
        return links

    def _unit(self, order: Order, index: int) -> dict[str, Any]:
        unit = dict(order.units[index])
        captures = [capture for capture in order.captures if capture.unit == index]
        if captures:
            unit["payments"] = {"captures": [self.capture(capture, inside_order=True) for capture in captures]}
            refunds = [refund for capture in captures for refund in capture.refunds]
            if refunds:
                unit["payments"]["refunds"] = [self.refund(refund) for refund in refunds]
        return unit

    def capture(self, capture: Capture, inside_order: bool = False) -> dict[str, Any]:
        """A capture; on its own it also names its payee and its order."""
        own = f"{self._api}/v2/payments/captures/{capture.id}"
        body: dict[str, Any] = {
            "id": capture.id,
            "status": capture.status,
            "amount": money(capture.amount_minor, capture.currency),
            "final_capture": True,
            "seller_protection": {"status": "NOT_ELIGIBLE"},
            "create_time": stamp(capture.created_at),
            "update_time": stamp(capture.updated_at),
            "links": [
                {"href": own, "rel": "self", "method": "GET"},
                {"href": f"{own}/refund", "rel": "refund", "method": "POST"},
                {"href": f"{self._api}/v2/checkout/orders/{capture.order_id}", "rel": "up", "method": "GET"},
            ],
        }
        body |= {k: v for k, v in (("invoice_id", capture.invoice_id), ("custom_id", capture.custom_id)) if v}
        if capture.reason:
            body["status_details"] = {"reason": capture.reason}
        if capture.status not in ("PENDING", "DECLINED"):
            kept = fee(capture.amount_minor)
            body["seller_receivable_breakdown"] = {
                "gross_amount": money(capture.amount_minor, capture.currency),
                "paypal_fee": money(kept, capture.currency),
                "net_amount": money(capture.amount_minor - kept, capture.currency),
            }
        if not inside_order:
            body["supplementary_data"] = {"related_ids": {"order_id": capture.order_id}}
            body["payee"] = self._orders.by_id[capture.order_id].units[capture.unit]["payee"]
        return body

    def refund(self, refund: Refund, whole: bool = True) -> dict[str, Any]:
        """A refund, which points up to its capture."""
        own = f"{self._api}/v2/payments/refunds/{refund.id}"
        up = f"{self._api}/v2/payments/captures/{refund.capture_id}"
        links = [{"href": own, "rel": "self", "method": "GET"}, {"href": up, "rel": "up", "method": "GET"}]
        body: dict[str, Any] = {"id": refund.id, "status": "COMPLETED", "links": links}
        if not whole:
            return body
        gross = money(refund.amount_minor, refund.currency)
        capture = self._orders.captures[refund.capture_id]
        so_far = sum(r.amount_minor for r in capture.refunds[: capture.refunds.index(refund) + 1])
        body |= {
            "amount": gross,
            "seller_payable_breakdown": {
                "gross_amount": gross,
                "paypal_fee": money(0, refund.currency),
                "net_amount": gross,
                "total_refunded_amount": money(so_far, refund.currency),
            },
            "create_time": stamp(refund.created_at),
            "update_time": stamp(refund.created_at),
        }
        named = (("invoice_id", refund.invoice_id), ("custom_id", refund.custom_id), ("note_to_payer", refund.note))
        return body | {k: v for k, v in named if v}
