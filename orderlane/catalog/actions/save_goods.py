"""What suppliers offer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from orderlane.audit.record import record
from orderlane.catalog.models import Product, ProductClue, ShippingProfile
from orderlane.catalog.rules import clues_of
from orderlane.catalog.suggestions import description_of_product
from orderlane.kernel.money import Money


def save_product(supplier_id: UUID, sku: str, *, price: Money, now: datetime, **fields: Any) -> Product:
    """Create or change a supplier's product by SKU; waiting orders get the new price, paid ones keep theirs."""
    before = Product.objects.select_for_update(of=("self",)).filter(supplier_id=supplier_id, sku=sku).first()
    product, is_new = Product.objects.update_or_create(
        supplier_id=supplier_id,
        sku=sku,
        defaults={"price_minor": price.minor, "currency": price.currency, **fields},
    )
    if before is None or description_of_product(before) != description_of_product(product):
        _save_clues(product)
    if is_new:
        record("product.created", product, now=now, detail={"sku": sku, "price": str(price)})
    elif before is not None and before.price != price:
        _record_price(product, before.price, now=now)
    return product


def _save_clues(product: Product) -> None:
    """Have the product found by its SKU, its EAN and the words of its title."""
    clues = set(clues_of(description_of_product(product)))
    held = ProductClue.objects.filter(product=product)
    held.exclude(clue__in=clues).delete()
    new = [ProductClue(supplier_id=product.supplier_id, product=product, clue=clue) for clue in sorted(clues)]
    ProductClue.objects.bulk_create(new, ignore_conflicts=True)


def save_price(product_id: UUID, price: Money, *, now: datetime) -> None:
    """Change the wholesale price of a product; what is already paid keeps the price it was paid at."""
    product = Product.locked(pk=product_id)
    old, product.price_minor, product.currency = product.price, price.minor, price.currency
    product.save(update_fields=["price_minor", "currency"])
    if old != price:
        _record_price(product, old, now=now)


def _record_price(product: Product, old: Money, *, now: datetime) -> None:
    product.price_changed_at = now
    product.save(update_fields=["price_changed_at"])
    record("product.price_changed", product, now=now, detail={"old": str(old), "new": str(product.price)})


def save_shipping(supplier_id: UUID, amount: Money, *, now: datetime) -> ShippingProfile:
    """Set what a supplier charges for shipping one purchase order."""
    profile, _ = ShippingProfile.objects.update_or_create(
        supplier_id=supplier_id, defaults={"amount_minor": amount.minor, "currency": amount.currency}
    )
    record("shipping.price_saved", profile, now=now, detail={"new": str(amount)})
    return profile
