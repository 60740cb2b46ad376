"""The retailer's Orders list, from purchase orders to rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orderlane.kernel.money import Money, total
from orderlane.purchasing.models import Hold, PurchaseOrder, PurchaseOrderLine
from orderlane.shipping.models import Shipment
from orderlane.stores.models import Store
from orderlane.suppliers.models import SupplierProfile, TradingRelation
from orderlane.web.pages.orders import OrdersPage, ProductRow, PurchaseOrderRow, Tab, TrackingRow
from orderlane.web.pages.shell import Choice, Filter, Pages
from orderlane.web.pages.states import Text, known
from orderlane.web.present.money import Part, cost_of, margin_of, parts_of
from orderlane.web.present.selection import TABS, OrdersQuery

PAGE_SIZE = 25

_TAB_LABELS: dict[str, Text] = {
    "all": _("All"),
    "unpaid": _("Unpaid"),
    "paid": _("Paid"),
    "unfulfilled": _("Unfulfilled"),
    "fulfilled": _("Fulfilled"),
    "attention": _("Needs attention"),
    "archived": _("Archived"),
}
_HOLDS: dict[str, Text] = {
    Hold.CUSTOMER_UNPAID: _("Customer has not paid"),
    Hold.CANCELED_IN_STORE: _("Canceled in the store"),
    Hold.REFUNDED_IN_STORE: _("Refunded in the store"),
    Hold.STORE_STATE_UNKNOWN: _("Store state unknown"),
    Hold.NO_LINES: _("Nothing left to order"),
    Hold.TEST_ORDER: _("Test order"),
}


def orders_page(retailer_id: UUID, asked: OrdersQuery, *, may_pay: bool, now: datetime) -> OrdersPage:
    """One page of the list with the counts of every tab."""
    mine = PurchaseOrder.objects.filter(retailer_id=retailer_id)
    narrowed = asked.narrow(mine)
    counts = narrowed.aggregate(**{name: Count("pk", filter=condition) for name, condition in TABS.items()})
    pages = Pages(_within(asked.page, counts[asked.tab]), PAGE_SIZE, counts[asked.tab])
    start = (pages.number - 1) * PAGE_SIZE
    found = with_parts(narrowed.filter(TABS[asked.tab]).order_by("-created_at", "-id"))[start : start + PAGE_SIZE]
    stores = list(Store.objects.filter(organization_id=retailer_id).order_by("name"))
    return OrdersPage(
        rows=rows_of(list(found), now=now),
        tabs=[
            Tab(name, label, counts[name], current=name == asked.tab, alert=name == "attention")
            for name, label in _TAB_LABELS.items()
        ],
        filters=_filters(retailer_id, asked, stores),
        pages=pages,
        query=asked.words,
        since=asked.since.isoformat() if asked.since else "",
        until=asked.until.isoformat() if asked.until else "",
        stores_connected=bool(stores),
        may_pay=may_pay,
        synced_at=max((store.last_polled_at for store in stores if store.last_polled_at), default=None),
    )


def rows_of(purchase_orders: Sequence[PurchaseOrder], *, now: datetime) -> list[PurchaseOrderRow]:
    """Rows for purchase orders that were read with :func:`with_parts`."""
    parts = parts_of(purchase_orders, now=now)
    websites = dict(
        SupplierProfile.objects.filter(supplier_id__in={po.supplier_id for po in purchase_orders}).values_list(
            "supplier_id", "website"
        )
    )
    return [_row(po, parts.get(po.pk), websites.get(po.supplier_id, ""), now) for po in purchase_orders]


def with_parts(rows: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
    """Read everything a row shows in three queries, whatever the number of rows."""
    lines = PurchaseOrderLine.objects.select_related("product", "order_line").order_by("id")
    shipments = Shipment.objects.filter(canceled_at__isnull=True).order_by("shipped_at")
    return rows.select_related("supplier", "order__store").prefetch_related(
        Prefetch("lines", lines), Prefetch("shipments", shipments)
    )


def _row(po: PurchaseOrder, part: Part | None, website: str, now: datetime) -> PurchaseOrderRow:
    lines = list(po.lines.all())
    sold = [Money(line.order_line.unit_price_minor * line.quantity, line.order_line.currency) for line in lines]
    customer_paid = total(sold, sold[0].currency) if sold else None
    cost = cost_of(part)
    return PurchaseOrderRow(
        number=po.number,
        url=reverse("order", args=[po.number]),
        store_number=po.store_number,
        store_name=po.store_name,
        platform=po.order.store.platform,
        placed_at=po.order.placed_at,
        customer=po.order.customer_name,
        supplier_id=str(po.supplier_id),
        supplier=po.supplier.name,
        auto_order=po.auto_order,
        payment=po.payment_state,
        forwarding=po.forwarding_state,
        fulfillment=po.fulfillment_state,
        products=[_product(line) for line in lines],
        cost=cost,
        customer_paid=customer_paid,
        margin=margin_of(customer_paid, cost, now=now),
        tracking=[track for shipment in po.shipments.all() for track in tracks_of(shipment)],
        supplier_url=website,
        flags=_flags(po),
        payable=po.payable and cost is not None,
    )


def _product(line: PurchaseOrderLine) -> ProductRow:
    return ProductRow(
        id=str(line.pk),
        title=line.title,
        quantity=line.quantity,
        cost=line.unit_cost * line.quantity,
        variant=line.variant_title,
        sku=line.sku,
        image_url=line.picture_url,
        product_url=line.product.product_url,
    )


def tracks_of(shipment: Shipment) -> list[TrackingRow]:
    """The tracking numbers of a parcel, each with its link when there is one."""
    tracking = shipment.tracking
    urls = [*tracking.urls, *[""] * len(tracking.numbers)]
    return [TrackingRow(number, tracking.carrier, url) for number, url in zip(tracking.numbers, urls, strict=False)]


def _flags(po: PurchaseOrder) -> list[tuple[Text, str]]:
    flags: list[tuple[Text, str]] = []
    if po.hold:
        flags.append((_HOLDS.get(po.hold, po.hold), "alert"))
    if po.changed_in_store_at is not None:
        flags.append((_("Changed in the store after paying"), "alert"))
    if po.order.is_test:
        flags.append((_("Test"), "test"))
    return flags


def _filters(retailer_id: UUID, asked: OrdersQuery, stores: Sequence[Store]) -> list[Filter]:
    suppliers = TradingRelation.objects.filter(retailer_id=retailer_id).select_related("supplier")
    named = [(str(row.supplier_id), row.supplier.name) for row in suppliers.order_by("supplier__name")]
    states = [
        (f"{axis}.{status}", shown.label)
        for axis in ("payment", "forwarding", "fulfillment")
        for status, shown in known(axis).items()
    ]
    return [
        _filter("supplier", _("Supplier"), _("All suppliers"), named, str(asked.supplier or "")),
        _filter("state", _("State"), _("All states"), states, asked.state),
        _filter("store", _("Store"), _("All stores"), [(str(s.pk), s.name) for s in stores], str(asked.store or "")),
        _filter(
            "channel",
            _("Order channel"),
            _("Auto and non-auto"),
            [("auto", _("Auto order")), ("manual", _("Non-auto order"))],
            asked.channel,
        ),
    ]


def _filter(name: str, label: Text, everything: Text, values: Sequence[tuple[str, Text]], chosen: str) -> Filter:
    return Filter(name, label, everything, [Choice(value, text, value == chosen) for value, text in values])


def _within(page: int, rows: int) -> int:
    return max(1, min(page, -(-rows // PAGE_SIZE)))
