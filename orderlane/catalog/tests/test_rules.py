"""Which product fills a line, and which VAT is charged."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlane.catalog.rules import MatchedProduct, Vat, match_line, vat_on
from orderlane.kernel.money import Money

MANY = settings(max_examples=2000, deadline=None)


@pytest.mark.parametrize(
    ("variant_id", "sku", "listings", "by_sku", "expected"),
    [
        ("v1", "s1", {"v1": "listed"}, {"s1": ["other"]}, MatchedProduct("listed")),
        ("v1", "s1", {"v1": None}, {"s1": ["other"]}, MatchedProduct(None, own_goods=True)),
        ("v1", "s1", {}, {"s1": ["only"]}, MatchedProduct("only")),
        ("", "s1", {"": "nonsense"}, {"s1": ["only"]}, MatchedProduct("only")),
        ("v1", "s1", {}, {"s1": ["one", "two"]}, MatchedProduct()),
        ("v1", "s1", {}, {}, MatchedProduct()),
        ("v1", "", {}, {"": ["nameless"]}, MatchedProduct()),
        ("v2", "s1", {"v1": "listed"}, {}, MatchedProduct()),
    ],
)
def test_matches_by_name(
    variant_id: str,
    sku: str,
    listings: dict[str, str | None],
    by_sku: dict[str, list[str]],
    expected: MatchedProduct[str],
) -> None:
    assert match_line(variant_id, sku, listings, by_sku) == expected


@MANY
@given(
    st.sampled_from(["", "v1", "v2"]),
    st.sampled_from(["", "s1", "s2"]),
    st.dictionaries(st.sampled_from(["v1", "v2"]), st.none() | st.integers(1, 9)),
    st.dictionaries(st.sampled_from(["s1", "s2"]), st.lists(st.integers(1, 9), max_size=3)),
)
def test_a_listing_always_wins_and_a_doubtful_sku_never_matches(
    variant_id: str, sku: str, listings: dict[str, int | None], by_sku: dict[str, list[int]]
) -> None:
    found = match_line(variant_id, sku, listings, by_sku)
    if variant_id in listings:
        assert found == MatchedProduct(listings[variant_id], own_goods=listings[variant_id] is None)
    else:
        assert not found.own_goods
        assert (found.product is not None) is (len(by_sku.get(sku, [])) == 1)


@MANY
@given(st.integers(0, 10**9), st.integers(0, 3000))
def test_domestic_vat_is_rounded_half_up_once(minor: int, basis_points: int) -> None:
    vat = vat_on(Money(minor, "EUR"), registered=True, basis_points=basis_points, ships_from="FR", ships_to="FR")
    exact = (Decimal(minor) * basis_points / 10_000).to_integral_value(rounding=ROUND_HALF_UP)
    assert vat == Vat(Money(int(exact), "EUR"), basis_points, "domestic")


@pytest.mark.parametrize(
    ("registered", "ships_to", "expected"),
    [
        (True, "FR", Vat(Money(200, "EUR"), 2000, "domestic")),
        (True, "DE", Vat(Money(0, "EUR"), 0, "not_domestic")),
        (True, "", Vat(Money(0, "EUR"), 0, "not_domestic")),
        (False, "FR", Vat(Money(0, "EUR"), 0, "not_registered")),
        (False, "DE", Vat(Money(0, "EUR"), 0, "not_registered")),
    ],
)
def test_vat_by_name(registered: bool, ships_to: str, expected: Vat) -> None:
    assert (
        vat_on(Money(1000, "EUR"), registered=registered, basis_points=2000, ships_from="FR", ships_to=ships_to)
        == expected
    )
