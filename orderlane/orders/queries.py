"""Reads of orders for the pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from orderlane.catalog.models import Listing
from orderlane.orders.models import Order, OrderLine


@dataclass(frozen=True, slots=True)
class Variant:
    """A store's variant as its newest order line names it; all empty when it was never sold."""

    title: str = ""
    variant_title: str = ""
    sku: str = ""
    picture_url: str = ""


def variants_of(keys: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], Variant]:
    """How variants are called, by store and variant id."""
    rows = (
        OrderLine.objects.filter(
            order__store_id__in={store for store, _ in keys}, variant_id__in={variant for _, variant in keys}
        )
        .order_by("order__store_id", "variant_id", "-order__placed_at")
        .distinct("order__store_id", "variant_id")
        .values_list("order__store_id", "variant_id", "title", "variant_title", "sku", "picture_url")
    )
    return {(store, variant): Variant(*words) for store, variant, *words in rows}


def is_known_variant(store_id: UUID, variant_id: str) -> bool:
    """Whether an order of the store or a listing has ever named this variant."""
    sold = OrderLine.objects.filter(order__store_id=store_id, variant_id=variant_id)
    return sold.exists() or Listing.objects.filter(store_id=store_id, variant_id=variant_id).exists()


def find_tracked(token: str) -> tuple[UUID, UUID] | None:
    """Whose order a tracking page's link opens: retailer and order; None for a link that leads nowhere.

    Runs in the system scope: the token alone says whose order it is.
    """
    return Order.objects.filter(tracking_token=token).values_list("retailer_id", "pk").first()
