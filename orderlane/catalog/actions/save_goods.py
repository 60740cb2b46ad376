"""What suppliers offer and what retailers tie it to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from orderlane.audit.record import record
from orderlane.catalog.models import Listing, Product, ShippingProfile
from orderlane.jobs.queue import enqueue
from orderlane.kernel.errors import Refused
from orderlane.kernel.money import Money
from orderlane.stores.models import Store


class NoVariant(Refused):
    """The order line names no variant of the store (a custom item), so that no listing can be kept for it."""

    reason = "no_variant"


def save_product(supplier_id: UUID, sku: str, *, price: Money, now: datetime, **fields: Any) -> Product:
    """Create or change a supplier's product by SKU; waiting orders get the new price, paid ones keep theirs."""
    before = Product.objects.select_for_update(of=("self",)).filter(supplier_id=supplier_id, sku=sku).first()
    product, is_new = Product.objects.update_or_create(
        supplier_id=supplier_id,
        sku=sku,
        defaults={"price_minor": price.minor, "currency": price.currency, **fields},
    )
    if is_new:
        record("product.created", product, now=now, detail={"sku": sku, "price": str(price)})
    elif before is not None and before.price != price:
        _record_price(product, before.price, now=now)
    return product


def save_price(product_id: UUID, price: Money, *, now: datetime) -> None:
    """Change the wholesale price of a product; what is already paid keeps the price it was paid at."""
    product = Product.locked(pk=product_id)
    old, product.price_minor, product.currency = product.price, price.minor, price.currency
    product.save(update_fields=["price_minor", "currency"])
    _record_price(product, old, now=now)


def _record_price(product: Product, old: Money, *, now: datetime) -> None:
    record("product.price_changed", product, now=now, detail={"old": str(old), "new": str(product.price)})


def save_shipping(supplier_id: UUID, amount: Money, *, now: datetime) -> ShippingProfile:
    """Set what a supplier charges for shipping one purchase order."""
    profile, _ = ShippingProfile.objects.update_or_create(
        supplier_id=supplier_id, defaults={"amount_minor": amount.minor, "currency": amount.currency}
    )
    record("shipping.price_saved", profile, now=now, detail={"new": str(amount)})
    return profile


def save_listing(
    *, retailer_id: UUID, store_id: UUID, variant_id: str, product_id: UUID | None, now: datetime
) -> Listing:
    """Tie a store's variant to a product (or to nothing: own goods) and match every waiting line anew."""
    store = Store.objects.get(pk=store_id)
    if not variant_id:
        raise NoVariant("this line names no variant of the store")
    product = Product.objects.get(pk=product_id) if product_id else None
    listing, _ = Listing.objects.update_or_create(
        retailer_id=retailer_id, store=store, variant_id=variant_id, defaults={"product": product}
    )
    record("listing.saved", listing, now=now, detail={"product": str(product_id or "")})
    enqueue("orders.match_waiting", retailer_id=retailer_id, store_id=store_id, variant_id=variant_id)
    return listing
