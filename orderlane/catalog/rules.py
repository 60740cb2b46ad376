"""Which supplier product fills an order line or may fill it, and which VAT a supplier charges. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Generic, TypeVar

from rapidfuzz import fuzz

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


CLUE_LENGTH = 110
_SHORTEST_WORD, _STEM_LENGTH = 3, 5
_MOST_WORDS = 12
_EAN_LENGTHS = (8, 12, 13, 14)
ALIKE_PERCENT = 60
"""Titles less alike than this are no suggestion."""


class Clue(StrEnum):
    """Why a product is suggested, the surest first."""

    SKU = "sku"
    EAN = "ean"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Description:
    """By what a variant or a product is recognized."""

    sku: str = ""
    ean: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two descriptions may mean the same thing; ``percent`` tells how alike their titles are."""

    clue: Clue
    percent: int


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """Text as it is compared: without accents, capitals and repeated spaces."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return " ".join(plain.split())


def ean_in(text: str) -> str:
    """The EAN, UPC or GTIN that a text is, without leading zeros; empty for anything else."""
    digits = text.strip()
    is_one = len(digits) in _EAN_LENGTHS and digits.isascii() and digits.isdigit()
    return digits.lstrip("0") if is_one else ""


def clues_of(told: Description) -> dict[str, Clue]:
    """What a description can be found by. Words are cut, so that *bougies* finds *bougie*."""
    clues: dict[str, Clue] = {}
    if sku := _bare(told.sku):
        clues[f"sku:{sku}"[:CLUE_LENGTH]] = Clue.SKU
    clues |= {f"ean:{ean}": Clue.EAN for ean in _eans(told)}
    words = [word for word in re.findall(r"\w+", folded(told.title)) if len(word) >= _SHORTEST_WORD]
    clues |= {word[:_STEM_LENGTH]: Clue.TITLE for word in words[:_MOST_WORDS]}
    return clues


def likeness(wanted: Description, offered: Description) -> Likeness | None:
    """How surely ``offered`` is what is ``wanted``; None when there is nothing to say for it."""
    titles = folded(wanted.title), folded(offered.title)
    # The first alone takes "candle" for "candle, fig, 180 g"; the second alone is upset by every word too many.
    percent = round((fuzz.token_set_ratio(*titles) + fuzz.token_sort_ratio(*titles)) / 2)
    if (sku := _bare(wanted.sku)) and sku == _bare(offered.sku):
        return Likeness(Clue.SKU, percent)
    if _eans(wanted) & _eans(offered):
        return Likeness(Clue.EAN, percent)
    return Likeness(Clue.TITLE, percent) if percent >= ALIKE_PERCENT else None


def _eans(told: Description) -> set[str]:
    return {ean for ean in (ean_in(told.ean), ean_in(told.sku)) if ean}


def _bare(sku: str) -> str:
    """An SKU without what people leave out or type differently: spaces, dashes, capitals."""
    return "".join(sign for sign in folded(sku) if sign.isalnum())
