"""What a store's variant is: noted from its orders, answered by a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.catalog.models import Listing, Product
from orderlane.catalog.queries import products_by_sku
from orderlane.catalog.rules import folded
from orderlane.jobs.queue import enqueue
from orderlane.kernel.errors import Refused
from orderlane.kernel.ids import new_id
from orderlane.kernel.money import Money
from orderlane.stores.models import Store


class NoVariant(Refused):
    """The order line names no variant of the store (a custom item), so that no listing can be kept for it."""

    reason = "no_variant"


def save_listing(
    *, retailer_id: UUID, store_id: UUID, variant_id: str, product_id: UUID | None, now: datetime
) -> Listing:
    """Tie a store's variant to a product (or to nothing: own goods), and have every open order follow."""
    store = Store.objects.get(pk=store_id)
    if not variant_id:
        raise NoVariant("this line names no variant of the store")
    product = Product.objects.get(pk=product_id) if product_id else None
    fresh = Listing(retailer_id=retailer_id, store=store, variant_id=variant_id)
    Listing.objects.bulk_create([fresh], ignore_conflicts=True)
    listing = Listing.locked(store=store, variant_id=variant_id)
    decide(listing, product, now=now)
    # Even if it says nothing new: an order that came in at the very moment of the first answer may have missed it.
    enqueue("purchasing.follow_listing", listing_id=listing.pk, retailer_id=retailer_id)
    return listing


def decide(listing: Listing, product: Product | None, *, now: datetime) -> bool:
    """Write a person's answer into a locked listing, None for own goods; returns whether it says anything new.

    The caller has the orders follow (``purchasing.follow_listing``).
    """
    own_goods = product is None
    if listing.decided and listing.product_id == (product.pk if product else None) and listing.own_goods == own_goods:
        return False
    before = str(listing.product_id or "")
    listing.decided, listing.own_goods = True, own_goods
    _tie(listing, product)
    listing.save(update_fields=["decided", "own_goods", *_TIE])
    record("listing.saved", listing, now=now, detail={"before": before, "product": str(listing.product_id or "")})
    return True


def forget_answer(store_id: UUID, variant_id: str, *, now: datetime) -> Listing:
    """Take a person's answer back: the SKU decides again, or the variant waits again, with its open orders."""
    listing = Listing.locked(store_id=store_id, variant_id=variant_id)
    before = str(listing.product_id or "")
    same_sku = products_by_sku([listing.sku]).get(listing.sku, ()) if listing.sku else ()
    listing.decided = listing.own_goods = False
    _tie(listing, same_sku[0] if len(same_sku) == 1 else None)
    listing.save(update_fields=["decided", "own_goods", *_TIE])
    record("listing.forgotten", listing, now=now, detail={"before": before, "product": str(listing.product_id or "")})
    enqueue("purchasing.follow_listing", listing_id=listing.pk, retailer_id=listing.retailer_id)
    return listing


def see_costs(listings: Sequence[Listing], *, now: datetime) -> int:
    """Note that the retailer has seen what these cost now; returns how many had changed."""
    changed = 0
    for listing in listings:
        if listing.product is not None and listing.seen_cost != listing.product.price:
            old = listing.seen_cost
            _tie(listing, listing.product)
            listing.save(update_fields=_TIE)
            record("listing.cost_seen", listing, now=now, old=str(old or ""), new=str(listing.product.price))
            changed += 1
    return changed


_TIE = ["product", "seen_cost_minor", "seen_cost_currency"]


def _tie(listing: Listing, product: Product | None) -> None:
    """The retailer chooses a product at the price it sees."""
    listing.product = product
    listing.seen_cost_minor = product.price_minor if product else None
    listing.seen_cost_currency = product.currency if product else ""


@dataclass(frozen=True, slots=True)
class Sold:
    """A variant as an order line names it, and the product that its SKU alone says it is."""

    title: str
    variant_title: str
    sku: str
    picture_url: str
    price: Money
    by_sku: Product | None


def note_sold(store: Store, sold: Mapping[str, Sold], held: Mapping[str, Listing], *, placed_at: datetime) -> None:
    """Keep one listing per variant that was ever sold, called as its newest order calls it.

    ``held`` are the listings that there are. A person's answer is never touched.
    """
    # In one order everywhere, so that two orders received at once wait for one another instead of for ever.
    new = [
        _called(Listing(id=new_id(), retailer_id=store.organization_id, store=store, variant_id=variant), told)
        for variant, told in sorted(sold.items())
        if variant not in held
    ]
    for listing in new:
        listing.sold_at = placed_at
        _tie(listing, sold[listing.variant_id].by_sku)
    Listing.objects.bulk_create(new, ignore_conflicts=True)
    for variant, told in sorted(sold.items()):
        if variant in held:
            _note_again(held[variant], told, placed_at)


def _note_again(listing: Listing, told: Sold, placed_at: datetime) -> None:
    if listing.sold_at is None or placed_at >= listing.sold_at:
        before = [getattr(listing, name) for name in _CALLED]
        _called(listing, told)
        if [getattr(listing, name) for name in _CALLED] != before:
            listing.sold_at = placed_at
            listing.save(update_fields=[*_CALLED, "sold_at"])
    product = told.by_sku
    if not listing.decided and listing.product_id != (product.pk if product else None):
        _tie(listing, product)
        # Somebody may be answering just now: an answer goes before the SKU.
        Listing.objects.filter(pk=listing.pk, decided=False).update(**{name: getattr(listing, name) for name in _TIE})


_CALLED = ["title", "variant_title", "sku", "picture_url", "search_text", "price_minor", "currency"]


def _called(listing: Listing, told: Sold) -> Listing:
    listing.title, listing.variant_title, listing.sku = told.title, told.variant_title, told.sku
    listing.picture_url = told.picture_url
    listing.search_text = folded(f"{told.title} {told.variant_title} {told.sku}")
    listing.price_minor, listing.currency = told.price.minor, told.price.currency
    return listing
