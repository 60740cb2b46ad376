"""Split an order into one purchase order per supplier, and keep unpaid ones in step with the store."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Max

from orderlane.audit.record import record
from orderlane.kernel.hashes import content_hash
from orderlane.kernel.ids import new_id
from orderlane.orders.models import LineMatch, Order, OrderLine
from orderlane.ports.accounts import Environment
from orderlane.ports.stores import FinancialState
from orderlane.purchasing.actions.note_change import is_noted
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.purchasing.rules import hold_reason
from orderlane.purchasing.states import ForwardingState, PaymentState
from orderlane.suppliers.models import SupplierProfile


def split_order(order_id: UUID, *, now: datetime) -> None:
    """Create or update the purchase orders of an order, in the retailer's scope. Safe to repeat.

    Unpaid purchase orders follow the store. One that is being paid or paid is never touched: when the
    store changed what it covers, it is only flagged for a person.
    """
    order = Order.locked(pk=order_id)
    lines = list(OrderLine.objects.filter(order=order).select_related("product").order_by("id"))
    wanted = _by_part(lines)
    existing = list(PurchaseOrder.objects.select_for_update(of=("self",)).filter(order=order).order_by("id"))
    bought = _bought_quantities([po for po in existing if _is_bought(po)])
    open_parts: dict[Part, list[PurchaseOrder]] = defaultdict(list)
    for po in existing:
        if not _is_bought(po):
            open_parts[Part(po.supplier_id, po.destination)].append(po)
    for part in sorted(wanted.keys() | open_parts.keys()):
        _share_out(order, part, _left_to_buy(wanted.get(part, []), bought), open_parts[part], now)
    _flag_changed([po for po in existing if _is_bought(po)], order, lines, now)
    order.split_at = now
    order.save(update_fields=["split_at"])


def _is_bought(po: PurchaseOrder) -> bool:
    """Being paid, paid, or ordered by hand on the supplier's own site: the store no longer decides what is in it."""
    return po.payment_state != PaymentState.UNPAID or po.forwarding_state != ForwardingState.NOT_DUE


class Part(NamedTuple):
    """What one purchase order can hold: goods of one supplier for one address."""

    supplier_id: UUID
    destination: str


def _by_part(lines: list[OrderLine]) -> dict[Part, list[OrderLine]]:
    wanted: dict[Part, list[OrderLine]] = defaultdict(list)
    for line in lines:
        if line.match == LineMatch.MATCHED and line.product is not None and line.quantity:
            destination = content_hash(line.ship_to_fields) if line.ship_to_fields is not None else ""
            wanted[Part(line.product.supplier_id, destination)].append(line)
    return wanted


def _bought_quantities(purchase_orders: list[PurchaseOrder]) -> dict[UUID, int]:
    bought: dict[UUID, int] = defaultdict(int)
    for line in PurchaseOrderLine.objects.filter(purchase_order__in=purchase_orders):
        bought[line.order_line_id] += line.quantity
    return bought


def _left_to_buy(lines: list[OrderLine], bought: dict[UUID, int]) -> list[tuple[OrderLine, int]]:
    """What neither a purchase order of ours covers nor somebody else has shipped."""
    left = [(line, line.quantity - max(bought.get(line.pk, 0), line.fulfilled_quantity)) for line in lines]
    return [(line, quantity) for line, quantity in left if quantity > 0]


def _share_out(
    order: Order, part: Part, left: list[tuple[OrderLine, int]], open_parts: list[PurchaseOrder], now: datetime
) -> None:
    """The oldest open part gets what the others do not hold; they keep theirs as far as the store still wants it."""
    rest = {line.pk: (line, quantity) for line, quantity in left}
    main = min(open_parts, key=lambda po: po.part, default=None)
    for po in (each for each in open_parts if each is not main):
        kept = []
        for row in po.lines.all():
            line, available = rest.get(row.order_line_id, (None, 0))
            quantity = min(row.quantity, available)
            if line is not None and quantity:
                kept.append((line, quantity))
                rest[line.pk] = (line, available - quantity)
        _bring_up_to_date(po, order, kept, now=now)
    still = [(line, quantity) for line, quantity in rest.values() if quantity]
    if main is None and still:
        address = still[0][0].ship_to_fields
        main = new_purchase_order(order, part.supplier_id, now, destination=part.destination, ship_to_fields=address)
    if main is not None:
        _bring_up_to_date(main, order, still, now=now)


def new_purchase_order(
    order: Order,
    supplier_id: UUID,
    now: datetime,
    *,
    destination: str = "",
    ship_to_fields: dict[str, str] | None = None,
) -> PurchaseOrder:
    """Create an empty, unpaid purchase order with the installation's next number, as the order's next part."""
    parts = PurchaseOrder.objects.filter(order=order, supplier_id=supplier_id).aggregate(last=Max("part"))
    po: PurchaseOrder = PurchaseOrder.objects.create(
        retailer_id=order.retailer_id,
        supplier_id=supplier_id,
        order=order,
        store_id=order.store_id,
        part=0 if parts["last"] is None else parts["last"] + 1,
        destination=destination,
        ship_to_fields=ship_to_fields,
        number=f"OL-{next_number()}",
        store_number=order.number,
        store_name=order.store.name,
        store_domain=order.store.domain,
        created_at=now,
        auto_order=_takes_orders(supplier_id),
    )
    record("purchase_order.created", po, now=now, detail={"number": po.number})
    return po


def _takes_orders(supplier_id: UUID) -> bool:
    return SupplierProfile.objects.filter(supplier_id=supplier_id, auto_order=True).exists()


def next_number() -> int:
    """Draw the next number of this installation; gaps are normal, repeats impossible."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('purchase_order_number')")
        return int(cursor.fetchone()[0])


def _bring_up_to_date(po: PurchaseOrder, order: Order, left: list[tuple[OrderLine, int]], *, now: datetime) -> None:
    PurchaseOrderLine.objects.filter(purchase_order=po).exclude(order_line__in=[line for line, _ in left]).delete()
    rows = [_line(po, line, quantity) for line, quantity in left]
    PurchaseOrderLine.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["retailer", "purchase_order", "order_line"],
        update_fields=[
            "product",
            "sku",
            "title",
            "variant_title",
            "picture_url",
            "quantity",
            "unit_cost_minor",
            "currency",
        ],
    )
    state = FinancialState(order.financial_state)
    # In a live store a test order was never paid by anybody; in a development store all orders are tests.
    is_test = order.is_test and order.store.environment == Environment.LIVE
    old = po.hold
    po.hold = hold_reason(state, canceled=order.canceled_at is not None, has_lines=bool(left), is_test=is_test)
    po.store_number = order.number
    po.auto_order = _takes_orders(po.supplier_id) if po.forwarding_state == ForwardingState.NOT_DUE else po.auto_order
    po.save(update_fields=["hold", "store_number", "auto_order"])
    if po.hold != old:
        record("purchase_order.hold_changed", po, now=now, old=old, new=po.hold)


def _line(po: PurchaseOrder, line: OrderLine, quantity: int) -> PurchaseOrderLine:
    assert line.product is not None
    return PurchaseOrderLine(
        id=new_id(),
        retailer_id=po.retailer_id,
        supplier_id=po.supplier_id,
        purchase_order=po,
        order_line=line,
        order_line_external_id=line.external_id,
        product=line.product,
        sku=line.product.sku,
        title=line.product.title,
        variant_title=line.product.variant_title,
        picture_url=line.product.picture_url or line.picture_url,
        quantity=quantity,
        unit_cost_minor=line.product.price_minor,
        currency=line.product.currency,
    )


def _flag_changed(bought: list[PurchaseOrder], order: Order, lines: list[OrderLine], now: datetime) -> None:
    """A canceled order, a smaller quantity or another address after paying: shown to a person, sent to nobody."""
    fewer = _too_many_bought(bought, {line.pk: line.quantity for line in lines})
    for po in bought:
        if po.changed_in_store_at is not None:
            continue
        moved = po.snapshot is not None and po.moved_from(po.snapshot["ship_to"])
        if (order.canceled_at is not None or po.pk in fewer or moved) and not is_noted(po, order):
            po.changed_in_store_at = now
            po.save(update_fields=["changed_in_store_at"])
            reason = "canceled_in_store" if order.canceled_at is not None else ""
            record("purchase_order.changed_in_store", po, now=now, reason=reason)


def _too_many_bought(bought: list[PurchaseOrder], told: dict[UUID, int]) -> set[UUID]:
    """Purchase orders with pieces the store no longer wants; of a line bought in several goes, the last ones first."""
    wanted = dict(told)
    found: set[UUID] = set()
    for po in sorted(bought, key=lambda each: each.part):
        for line in po.lines.all():
            left = wanted.get(line.order_line_id, 0)
            if left < line.quantity:
                found.add(po.pk)
            wanted[line.order_line_id] = max(left - line.quantity, 0)
    return found
