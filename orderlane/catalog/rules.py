"""Which supplier product fills an order line, and which VAT a supplier charges. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from orderlane.kernel.money import Money

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class MatchedProduct(Generic[Key]):
    """The product for a line; ``own_goods`` when the retailer said it ships this variant itself."""

    product: Key | None = None
    own_goods: bool = False


def match_line(
    variant_id: str, sku: str, listings: Mapping[str, Key | None], by_sku: Mapping[str, Sequence[Key]]
) -> MatchedProduct[Key]:
    """Match by the listing of the variant first, then by SKU when exactly one product carries it."""
    if variant_id and variant_id in listings:
        product = listings[variant_id]
        return MatchedProduct(product, own_goods=product is None)
    candidates = by_sku.get(sku, ()) if sku else ()
    return MatchedProduct(candidates[0]) if len(candidates) == 1 else MatchedProduct()


@dataclass(frozen=True, slots=True)
class Vat:
    """VAT on one purchase order, with the reason shown on checkout and receipt."""

    amount: Money
    basis_points: int
    reason: str


def vat_on(net: Money, *, registered: bool, basis_points: int, ships_from: str, ships_to: str) -> Vat:
    """VAT of ``net`` by dispatch and delivery country; rounded once, half up, on the purchase order's net total.

    Domestic deliveries of a registered supplier bear its domestic rate; everything else is 0 with its reason.
    """
    if not registered:
        return Vat(Money.zero(net.currency), 0, "not_registered")
    if ships_from != ships_to:
        return Vat(Money.zero(net.currency), 0, "not_domestic")
    return Vat(net.share(basis_points), basis_points, "domestic")
