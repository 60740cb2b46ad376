"""What waits for the answer about a listing: which orders, and whether they can be paid once it is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from orderlane.catalog.models import Listing, ShippingProfile
from orderlane.orders.models import LineMatch, OrderLine
from orderlane.ports.accounts import Environment
from orderlane.ports.stores import FinancialState
from orderlane.purchasing.rules import hold_reason
from orderlane.suppliers.models import PaymentAccount, SupplierProfile

NAMED = 5
"""How many of the orders are named; the others are counted."""


@dataclass(slots=True)
class Waiting:
    """The orders that wait for one listing: how many by the hold they will have (empty for none), and the oldest."""

    by_hold: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    numbers: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many orders wait."""
        return sum(self.by_hold.values())

    @property
    def payable_count(self) -> int:
        """How many of them nothing else holds."""
        return self.by_hold.get("", 0)


Key = tuple[UUID, str]


def waiting_for(listings: Sequence[Listing]) -> dict[UUID, Waiting]:
    """What waits for each of these listings, by its id, in the retailer's scope; two queries for all of them."""
    found: dict[Key, Waiting] = defaultdict(Waiting)
    lines = _lines({listing.store_id for listing in listings}, {listing.variant_id for listing in listings})
    counted = lines.values(
        "order__store_id", "variant_id", "order__financial_state", "order__is_test", "order__store__environment"
    ).annotate(count=Count("order_id", distinct=True))
    for row in counted.order_by():
        hold = hold_reason(
            FinancialState(row["order__financial_state"]),
            canceled=False,
            has_lines=True,
            is_test=row["order__is_test"] and row["order__store__environment"] == Environment.LIVE,
        )
        found[row["order__store_id"], row["variant_id"]].by_hold[hold] += row["count"]
    place = Window(RowNumber(), partition_by=["order__store_id", "variant_id"], order_by=["order__placed_at", "id"])
    oldest = lines.annotate(place=place).filter(place__lte=NAMED).order_by("order__placed_at", "id")
    for store_id, variant_id, number in oldest.values_list("order__store_id", "variant_id", "order__number"):
        if number not in found[store_id, variant_id].numbers:
            found[store_id, variant_id].numbers.append(number)
    return {listing.pk: found[listing.store_id, listing.variant_id] for listing in listings}


def _lines(stores: Collection[UUID], variants: Collection[str]) -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(
        match=LineMatch.UNMATCHED,
        requires_shipping=True,
        order__store_id__in=stores,
        variant_id__in=variants,
        order__canceled_at__isnull=True,
        quantity__gt=F("fulfilled_quantity"),
    )


class Way(StrEnum):
    """How the purchase orders of a supplier are paid."""

    PAID_HERE = "paid_here"
    OUTSIDE = "outside"
    """On the supplier's own website: it takes no orders from here."""
    NOT_READY = "not_ready"
    """Here, once the supplier has finished its set-up."""


def ways_of(supplier_ids: Collection[UUID]) -> dict[UUID, Way]:
    """How each of these suppliers is paid: billing, shipping and an account must all be there."""
    profiles = {row.supplier_id: row for row in SupplierProfile.objects.filter(supplier_id__in=supplier_ids)}
    accounts = set(_suppliers(PaymentAccount.objects.filter(supplier_id__in=supplier_ids, active=True)))
    shipping = set(_suppliers(ShippingProfile.objects.filter(supplier_id__in=supplier_ids)))
    ways = {}
    for supplier_id in supplier_ids:
        profile = profiles.get(supplier_id)
        if profile is None or not profile.auto_order:
            ways[supplier_id] = Way.OUTSIDE
        else:
            ready = profile.billing_complete and supplier_id in accounts and supplier_id in shipping
            ways[supplier_id] = Way.PAID_HERE if ready else Way.NOT_READY
    return ways


def _suppliers(rows: QuerySet[Any]) -> QuerySet[Any, UUID]:
    return rows.values_list("supplier_id", flat=True)
