"""Freeze what the retailer is shown at checkout: lines, costs, rates, VAT, total, with an expiry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from orderlane.catalog.models import ShippingProfile
from orderlane.catalog.rules import vat_on
from orderlane.kernel.hashes import content_hash
from orderlane.kernel.money import Money, total
from orderlane.payments.errors import QuoteRefused
from orderlane.payments.models import Quote
from orderlane.payments.rules import CostLine, cost_line, in_currency, net_total
from orderlane.ports import registry
from orderlane.ports.rates import NoRate, Rate
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.suppliers.models import SupplierProfile
from orderlane.tenants.models import Organization

CURRENCY = "USD"
VALID_FOR = timedelta(minutes=30)
MAX_PURCHASE_ORDERS = 200
SMALLEST_MINOR = 50
"""Stripe takes no card payment under 0.50 USD (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts)."""


def make_quote(purchase_order_ids: Sequence[UUID], *, member_id: UUID, now: datetime) -> Quote:
    """Quote payable purchase orders of one supplier, in the retailer's scope.

    Raises QuoteRefused when they cannot be paid together; nothing is held yet, so a quote costs nothing.
    """
    purchase_orders = _payable(purchase_order_ids)
    content = quote_content(purchase_orders, now=now)
    parts = list(content["purchase_orders"].values())
    sums = {name: sum(part[f"{name}_minor"] for part in parts) for name in ("goods", "shipping", "vat")}
    if sum(sums.values()) < SMALLEST_MINOR:
        raise QuoteRefused("the total is too small for a payment provider", reason="amount_too_small")
    quote: Quote = Quote.objects.create(
        retailer_id=purchase_orders[0].retailer_id,
        supplier_id=purchase_orders[0].supplier_id,
        made_by_id=member_id,
        made_at=now,
        expires_at=now + VALID_FOR,
        currency=CURRENCY,
        goods_minor=sums["goods"],
        shipping_minor=sums["shipping"],
        vat_minor=sums["vat"],
        total_minor=sum(sums.values()),
        content=content,
        content_hash=content_hash(content),
    )
    return quote


def _payable(ids: Sequence[UUID]) -> list[PurchaseOrder]:
    if not ids:
        raise QuoteRefused("nothing was selected", reason="nothing_selected")
    if len(ids) > MAX_PURCHASE_ORDERS:
        raise QuoteRefused("too many were selected", reason="too_many_selected", most=MAX_PURCHASE_ORDERS)
    found = list(PurchaseOrder.objects.filter(pk__in=ids).select_related("order", "supplier").order_by("id"))
    if len(found) != len(set(ids)):
        # A foreign or absent id refuses the whole request, exactly alike.
        raise PurchaseOrder.DoesNotExist
    if len({po.supplier_id for po in found}) > 1:
        raise QuoteRefused("several suppliers", reason="several_suppliers")
    blocked = [po.number for po in found if not po.payable]
    if blocked:
        raise QuoteRefused("not payable", reason="not_payable", numbers=", ".join(blocked[:5]))
    return found


def quote_content(purchase_orders: Sequence[PurchaseOrder], *, now: datetime) -> dict[str, Any]:
    """Everything that is shown and will be charged; its hash says whether anything has changed since."""
    supplier_id = purchase_orders[0].supplier_id
    profile = SupplierProfile.objects.filter(supplier_id=supplier_id).select_related("supplier").first()
    shipping = ShippingProfile.objects.filter(supplier_id=supplier_id).first()
    if profile is None or shipping is None or not profile.billing_complete:
        raise QuoteRefused("the supplier cannot be paid yet", reason="supplier_not_ready")
    lines = list(
        PurchaseOrderLine.objects.filter(purchase_order__in=purchase_orders).select_related("product").order_by("id")
    )
    rate = _rate(shipping.currency, now)
    if any(line.currency != shipping.currency for line in lines):
        raise QuoteRefused("prices in several currencies", reason="mixed_currencies")
    retailer_name = Organization.objects.get(pk=purchase_orders[0].retailer_id).name
    parts = {}
    for po in purchase_orders:
        own = [line for line in lines if line.purchase_order_id == po.pk]
        parts[str(po.pk)] = _part(po, own, profile, shipping.amount, rate) | {"retailer": retailer_name}
    return {"purchase_orders": parts, "rate": _rate_shown(rate), "currency": CURRENCY}


def _rate(base: str, now: datetime) -> Rate | None:
    if base == CURRENCY:
        return None
    try:
        return registry.rates().rate(base, CURRENCY, now.date())
    except NoRate as missing:
        raise QuoteRefused("no exchange rate", reason="no_rate", currency=base) from missing


def _rate_shown(rate: Rate | None) -> dict[str, str] | None:
    if rate is None:
        return None
    return {
        "base": rate.base,
        "target": rate.target,
        "value": str(rate.value),
        "published_on": rate.published_on.isoformat(),
        "source": rate.source,
    }


def _part(
    po: PurchaseOrder, lines: Sequence[PurchaseOrderLine], profile: SupplierProfile, shipping: Money, rate: Rate | None
) -> dict[str, Any]:
    """One purchase order's part: what is shown now and, once paid, exactly what the supplier is sent."""
    costs = [cost_line(line.unit_cost, line.quantity, rate) for line in lines]
    shipping_cost = CostLine(shipping, in_currency(shipping, rate))
    net_native, net_paid = net_total(costs, shipping_cost, CURRENCY)
    country = po.ship_to.country
    vat_terms: dict[str, Any] = {
        "registered": profile.vat_registered,
        "basis_points": profile.vat_basis_points,
        "ships_from": profile.supplier.country,
        "ships_to": country,
    }
    vat = vat_on(net_paid, **vat_terms)
    return {
        "number": po.number,
        "currency": shipping.currency,
        "ship_to": po.told_ship_to,
        "lines": [_line(line, cost) for line, cost in zip(lines, costs, strict=True)],
        "goods_minor": total([cost.paid for cost in costs], CURRENCY).minor,
        "shipping_minor": shipping_cost.paid.minor,
        "vat_minor": vat.amount.minor,
        "vat_reason": vat.reason,
        "vat_basis_points": vat.basis_points,
        "native_shipping_minor": shipping.minor,
        "native_vat_minor": vat_on(net_native, **vat_terms).amount.minor,
    }


def _line(line: PurchaseOrderLine, cost: CostLine) -> dict[str, Any]:
    return {
        "line": str(line.pk),
        "variant_id": line.product.external_variant_id,
        "sku": line.sku,
        "title": line.title,
        "variant_title": line.variant_title,
        "picture_url": line.picture_url,
        "quantity": line.quantity,
        "unit_cost_minor": line.unit_cost_minor,
        "currency": line.currency,
        "cost_minor": cost.paid.minor,
    }
