"""Save an order as the store tells it now: create it, bring it up to date, or leave a newer one alone."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from orderlane.audit.record import record
from orderlane.catalog.actions.answer_listing import Sold, note_sold
from orderlane.catalog.models import Product
from orderlane.catalog.queries import listings_of, products_by_sku
from orderlane.catalog.rules import MatchedProduct, match_line
from orderlane.jobs.queue import enqueue
from orderlane.kernel.hashes import content_hash
from orderlane.kernel.ids import new_id
from orderlane.kernel.money import Money
from orderlane.orders.models import LineMatch, Order, OrderLine
from orderlane.ports.stores import StoreOrder, StoreOrderLine
from orderlane.stores.models import Store

MAX_LINES = 10_000


def receive_order(store: Store, told: StoreOrder, *, now: datetime) -> bool:
    """Upsert the order by its store id; return False when we already hold this version or a newer one.

    Runs in the retailer's scope. A canceled order that the store has revived since is an order again. In the same
    transaction the job that splits it into purchase orders is woken.
    """
    order, is_new = _locked_or_new(store, told, now)
    fingerprint = content_hash(asdict(told))
    older = told.updated_at < order.external_updated_at
    if not is_new and (older or fingerprint == order.version_hash):
        return False
    before = _as_told(order)
    order.version_hash, order.split_at = fingerprint, None
    _copy(order, told)
    order.save()
    _replace_lines(store, order, told.lines[:MAX_LINES])
    Store.objects.filter(pk=store.pk).update(last_order_at=now)
    after = _as_told(order)
    changed = sorted(part for part in after if after[part] != before[part])
    if is_new:
        record("order.received", order, now=now, detail={"lines": len(told.lines)})
    elif changed:
        lines = sorted(_told_apart(before, after))
        record("order.updated", order, now=now, detail={"changed": changed, "lines": lines})
    enqueue("purchasing.split_order", order_id=order.pk, retailer_id=order.retailer_id)
    return True


def _as_told(order: Order) -> dict[str, Any]:
    """What people want to hear of when it changes. Our own parcels make a new version too, but change none of this."""
    lines = OrderLine.objects.filter(order=order, quantity__gt=0).order_by("external_id")
    return {
        "customer": (order.customer_name, order.customer_email),
        "address": order.ship_to.place,
        "state": (order.financial_state, order.canceled_at is not None),
        "lines": list(lines.values_list("external_id", "variant_id", "title", "variant_title", "quantity")),
        "prices": (order.total, list(lines.values_list("external_id", "unit_price_minor"))),
    }


def _told_apart(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The store's ids of the lines that are told otherwise than before: only their suppliers' goods have changed."""
    differ = set(before["lines"]) ^ set(after["lines"])
    differ |= set(before["prices"][1]) ^ set(after["prices"][1])
    return {line[0] for line in differ}


def _locked_or_new(store: Store, told: StoreOrder, now: datetime) -> tuple[Order, bool]:
    """Lock the stored order, or insert it first so that two receivers of a new order cannot both create it."""
    fresh = Order(
        id=new_id(),
        retailer_id=store.organization_id,
        store_id=store.pk,
        external_id=told.external_id,
        total_minor=0,
        currency=told.total.currency,
        financial_state=told.financial_state,
        placed_at=told.placed_at,
        external_updated_at=told.updated_at,
        received_at=now,
    )
    Order.objects.bulk_create([fresh], ignore_conflicts=True)
    order = Order.locked(store_id=store.pk, external_id=told.external_id)
    return order, order.pk == fresh.pk


def _copy(order: Order, told: StoreOrder) -> None:
    order.number = told.number[:60]
    order.customer_name = told.customer_name[:200]
    order.customer_email = told.customer_email[:254]
    order.ship_to_fields = told.ship_to.to_json()
    order.financial_state = told.financial_state
    order.total_minor = told.total.minor
    order.currency = told.total.currency
    order.is_test = told.is_test
    order.language = told.language[:2].lower()
    order.placed_at = told.placed_at
    if told.canceled_at is None and told.updated_at > order.external_updated_at:
        order.canceled_at = None  # Revived. Within one second nobody can tell which came first: canceled is safe.
    else:
        order.canceled_at = order.canceled_at or told.canceled_at
    order.external_updated_at = told.updated_at
    # Somebody may take our marks off it over there: it stays what it is.
    order.purchase_order = order.purchase_order or told.purchase_order[:60]


def _replace_lines(store: Store, order: Order, told: Sequence[StoreOrderLine]) -> None:
    """Bring the lines to the told version. A vanished line stays with quantity 0: paid ones point at it."""
    stored = {line.external_id: line for line in OrderLine.objects.filter(order=order)}
    held = listings_of(order.store_id, {line.variant_id for line in told})
    answers = {variant: listing.product for variant, listing in held.items() if listing.decided}
    by_sku = products_by_sku({line.sku for line in told if line.sku})
    seen: dict[str, OrderLine] = {}
    for line in told:
        row = stored.get(line.external_id) or OrderLine(
            id=new_id(), retailer_id=order.retailer_id, order=order, external_id=line.external_id
        )
        _copy_line(row, line)
        if order.purchase_order:
            row.product, row.match = None, LineMatch.PLACED_BY_US
        else:
            _match(row, match_line(line.variant_id, line.sku, answers, by_sku))
        seen[line.external_id] = row
    if not order.purchase_order:
        note_sold(store, _sold(seen.values(), answers), held, placed_at=order.placed_at)
    for external_id, row in stored.items():
        if external_id not in seen:
            row.quantity = 0
            seen[external_id] = row
    new = [row for external_id, row in seen.items() if external_id not in stored]
    OrderLine.objects.bulk_create(new)
    OrderLine.objects.bulk_update([row for row in seen.values() if row.external_id in stored], _LINE_FIELDS)


def _sold(lines: Iterable[OrderLine], answers: Container[str]) -> dict[str, Sold]:
    """What is sent and can be tied to a product, by variant."""
    return {
        line.variant_id: Sold(
            title=line.title,
            variant_title=line.variant_title,
            sku=line.sku,
            picture_url=line.picture_url,
            price=Money(line.unit_price_minor, line.currency),
            by_sku=None if line.variant_id in answers else line.product,
        )
        for line in lines
        if line.variant_id and line.requires_shipping
    }


_LINE_FIELDS = [
    "variant_id", "sku", "title", "variant_title", "picture_url", "quantity", "unit_price_minor", "currency",
    "requires_shipping", "match", "product", "fulfilled_quantity", "ship_to_fields",
]  # fmt: skip


def _copy_line(row: OrderLine, told: StoreOrderLine) -> None:
    row.variant_id = told.variant_id
    row.sku = told.sku[:100]
    row.title = told.title[:300]
    row.variant_title = told.variant_title[:300]
    row.picture_url = told.image_url[:500]
    row.quantity = told.quantity
    row.unit_price_minor = told.unit_price.minor
    row.currency = told.unit_price.currency
    row.requires_shipping = told.requires_shipping
    row.fulfilled_quantity = min(told.fulfilled, told.quantity)
    row.ship_to_fields = told.ship_to.to_json() if told.ship_to is not None else None


def _match(row: OrderLine, found: MatchedProduct[Product]) -> None:
    if not row.variant_id and row.match == LineMatch.OWN_GOODS:
        return  # A custom item that the retailer has set aside: no listing remembers it, the line itself does.
    row.product = found.product
    if not row.requires_shipping:
        row.match = LineMatch.NOT_SHIPPED
    elif found.own_goods:
        row.match = LineMatch.OWN_GOODS
    else:
        row.match = LineMatch.MATCHED if found.product else LineMatch.UNMATCHED
