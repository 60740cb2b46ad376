"""Listings and supplier products as rows of the Products pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orderlane.catalog.models import Listing, Product
from orderlane.catalog.rules import Clue, Likeness
from orderlane.catalog.suggestions import MOST, suggest
from orderlane.kernel.money import Money
from orderlane.ports import registry
from orderlane.ports.rates import NoRate, Rate
from orderlane.purchasing.waiting import Waiting, Way, waiting_for, ways_of
from orderlane.web.pages.products import ListingRow, Margin, ProductChoice, WaitingBox
from orderlane.web.present.purchase_orders import hold_words


class Desk:
    """What the rows of one page share: the rates of today, and how each supplier is ordered from."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._rates: dict[tuple[str, str], Rate | None] = {}
        self._ways: dict[UUID, Way] = {}

    def way(self, supplier_id: UUID) -> Way:
        """How purchase orders of this supplier are paid."""
        if supplier_id not in self._ways:
            self._ways |= ways_of([supplier_id])
        return self._ways[supplier_id]

    def margin(self, price: Money | None, cost: Money) -> Margin | None:
        """What is left of a price; None without a price or a rate."""
        if price is None:
            return None
        rate = None
        if cost.currency != price.currency:
            rate = self._rate(cost.currency, price.currency)
            if rate is None:
                return None
            cost = cost.convert(rate.value, price.currency)
        left = price - cost
        return Margin(left, round(left.minor * 100 / price.minor) * 100 if price.minor else None, rate)

    def _rate(self, base: str, target: str) -> Rate | None:
        if (base, target) not in self._rates:
            try:
                self._rates[base, target] = registry.rates().rate(base, target, self._today)
            except NoRate:
                self._rates[base, target] = None
        return self._rates[base, target]


def listing_rows(
    listings: Sequence[Listing],
    *,
    now: datetime,
    supplier_id: UUID | None = None,
    most: int = MOST,
    answered_too: bool = False,
) -> list[ListingRow]:
    """Present listings; those that wait with suggestions (of one supplier, if named) and what waits for them.

    ``answered_too`` suggests for the others as well, for a person who wants another answer.
    """
    unanswered = [each for each in listings if answered_too or (each.product_id is None and not each.own_goods)]
    suggestions = suggest(unanswered, supplier_id=supplier_id, most=most)
    waiting = waiting_for(unanswered)
    desk = Desk(now.date())
    return [
        _row(
            each,
            desk,
            waiting.get(each.pk),
            [
                choice(found.product, desk, each.price, waiting.get(each.pk), found.likeness)
                for found in suggestions.get(each.pk, [])
                if found.product.pk != each.product_id
            ],
        )
        for each in listings
    ]


def _row(listing: Listing, desk: Desk, waiting: Waiting | None, suggestions: list[ProductChoice]) -> ListingRow:
    product = listing.product
    seen = listing.seen_cost
    return ListingRow(
        id=str(listing.pk),
        store_id=str(listing.store_id),
        store_name=listing.store.name,
        variant_id=listing.variant_id,
        title=listing.title or (product.title if product else _("A product never sold yet")),
        variant=listing.variant_title,
        sku=listing.sku,
        image_url=listing.picture_url or (product.picture_url if product else ""),
        price=listing.price,
        product=choice(product, desk, listing.price) if product else None,
        own_goods=listing.own_goods,
        decided=listing.decided,
        choose_url=choose_address(listing.store_id, listing.variant_id),
        cost_before=seen if product and seen and seen != product.price else None,
        suggestions=suggestions,
        waiting=waiting_box(waiting),
    )


def choice(
    product: Product, desk: Desk, price: Money | None, waiting: Waiting | None = None, like: Likeness | None = None
) -> ProductChoice:
    """Present a supplier product beside a listing sold at ``price``."""
    margin = desk.margin(price, product.price)
    return ProductChoice(
        id=str(product.pk),
        title=product.title,
        sku=product.sku,
        supplier=product.supplier.name,
        price=product.price,
        variant=product.variant_title,
        ean=product.ean,
        image_url=product.picture_url,
        product_url=product.product_url,
        stock=product.stock_count,
        margin=margin,
        no_rate=margin is None and price is not None,
        why=why_words(like) if like else "",
        sure=like is not None and like.clue != Clue.TITLE,
        effects=effects(waiting, desk.way(product.supplier_id)) if waiting else (),
    )


def why_words(like: Likeness) -> str:
    """Why a product is suggested, in a few words."""
    if like.clue == Clue.SKU:
        return _("Same SKU")
    if like.clue == Clue.EAN:
        return _("Same EAN")
    return _("Title %(percent)d%% alike") % {"percent": like.percent}


def waiting_box(waiting: Waiting | None) -> WaitingBox:
    """The orders that wait, each with the way to it."""
    if waiting is None:
        return WaitingBox(0)
    orders = [(number, f"{reverse('orders')}?{urlencode({'q': number.lstrip('#')})}") for number in waiting.numbers]
    return WaitingBox(waiting.count, orders)


def effects(waiting: Waiting, way: Way) -> list[str]:
    """What happens to the waiting orders once a product of such a supplier is chosen."""
    said = []
    if count := waiting.payable_count:
        said.append(_when_free(count, way))
    for hold, count in sorted(waiting.by_hold.items()):
        if hold:
            text = ngettext("%(count)d order stays on hold: %(why)s", "%(count)d orders stay on hold: %(why)s", count)
            said.append(text % {"count": count, "why": hold_words(hold)})
    return said


def _when_free(count: int, way: Way) -> str:
    text = {
        Way.PAID_HERE: ngettext("%(count)d order becomes payable", "%(count)d orders become payable", count),
        Way.OUTSIDE: ngettext(
            "%(count)d order can be placed on the supplier’s website",
            "%(count)d orders can be placed on the supplier’s website",
            count,
        ),
        Way.NOT_READY: ngettext(
            "%(count)d order waits until the supplier can be paid",
            "%(count)d orders wait until the supplier can be paid",
            count,
        ),
    }[way]
    return text % {"count": count}


def choose_address(store_id: UUID, variant_id: str) -> str:
    """Where a product is chosen for a variant."""
    return f"{reverse('choose_product')}?{urlencode({'store': store_id, 'variant': variant_id})}"


def row_reasons() -> Mapping[str, str]:
    """Why a row of a file was refused: the fact, and the next step."""
    return {
        "row_formula": _("A cell begins like a formula (=, +, -, @). Write the plain value."),
        "row_unknown_listing": _("There is no such listing. Leave the column “listing” as it was downloaded."),
        "row_unknown_sku": _("None of your suppliers has this SKU. Check the SKU and the supplier’s name."),
        "row_several_suppliers": _("Several suppliers have this SKU. Write the supplier’s name in “supplier”."),
        "row_contradiction": _("The row says “own” and names a supplier SKU. Leave one of the two empty."),
        "row_duplicate": _("An earlier line has already answered for this listing. Keep one of them."),
        "row_too_wide": _("The row has more cells than the first line has columns. Put quotes around the text."),
        "row_cell": _("A cell is too long or holds characters that are no text."),
    }
