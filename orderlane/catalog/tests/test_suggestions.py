"""Why a product is suggested, and what one row of a file of answers asks for."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlane.catalog.answers import Offer, Problem, asked_in, judge
from orderlane.catalog.rules import Clue, Description, clues_of, ean_in, folded, likeness
from orderlane.kernel.sheet import SheetRow

CANDLE = Description("AB-BOU-FIG-180", "3760123456787", "Bougie figuier 180 g")


@pytest.mark.parametrize(
    ("wanted", "clue"),
    [
        (Description("ab bou fig 180", "", "Something else"), Clue.SKU),
        (Description("3760123456787", "", "Something else"), Clue.EAN),
        (Description("03760123456787", "", "Something else"), Clue.EAN),
        (Description("X-1", "", "BOUGIE  FIGUIER, 180g"), Clue.TITLE),
        (Description("X-1", "", "Bougies au figuier 180 g"), Clue.TITLE),
        (Description("X-1", "", "Tasse émaillée"), None),
        (Description("", "", ""), None),
    ],
)
def test_the_surest_reason_is_the_one_that_is_told(wanted: Description, clue: Clue | None) -> None:
    found = likeness(wanted, CANDLE)
    assert (found.clue if found else None) == clue


@pytest.mark.parametrize(
    ("text", "ean"),
    [
        ("3760123456787", "3760123456787"),
        ("036000291452", "36000291452"),
        ("96385074", "96385074"),
        ("37601234567", ""),
        ("37601234567é7", ""),
        ("²760123456787", ""),
    ],
)
def test_an_ean_is_told_by_its_digits(text: str, ean: str) -> None:
    assert ean_in(text) == ean


def test_accents_capitals_and_plurals_find_each_other() -> None:
    assert folded("  Éponge   VÉGÉTALE ") == "eponge vegetale"
    assert clues_of(Description(title="Éponges")).keys() == clues_of(Description(title="eponge")).keys()


@given(st.text(max_size=100), st.text(max_size=400))
def test_any_words_make_clues_that_can_be_stored(sku: str, title: str) -> None:
    clues = clues_of(Description(sku, sku, title))
    assert all(0 < len(clue) <= 110 for clue in clues)
    assert len(clues) <= 15


def test_a_row_is_read_as_plain_text() -> None:
    row = SheetRow(7, {"listing": str(uuid4()), "supplier_sku": "'-5X", "status": " OWN ", "title": "'=1+1"})
    asked = asked_in(row)
    assert (asked.problem, asked.sku, asked.own, asked.what) == ("", "-5X", True, "=1+1")


@pytest.mark.parametrize("column", ["listing", "status", "supplier", "supplier_sku"])
@pytest.mark.parametrize("formula", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", '="A-1"'])
def test_a_formula_is_refused_whatever_it_would_give(column: str, formula: str) -> None:
    cells = {"listing": str(uuid4()), "supplier_sku": "A-1"} | {column: formula}
    assert asked_in(SheetRow(2, cells)).problem == Problem.FORMULA


OFFERS = {"A-1": [Offer("one", "Brume")], "B-1": [Offer("two", "Brume"), Offer("three", "Porto Cork")]}


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ({"supplier_sku": "A-1"}, "one"),
        ({"supplier_sku": "A-1", "supplier": "brume"}, "one"),
        ({"supplier_sku": "A-1", "supplier": "Porto Cork"}, Problem.UNKNOWN_SKU),
        ({"supplier_sku": "A-2"}, Problem.UNKNOWN_SKU),
        ({"supplier_sku": "B-1"}, Problem.SEVERAL_SUPPLIERS),
        ({"supplier_sku": "B-1", "supplier": "PORTO CORK"}, "three"),
        ({"status": "own"}, None),
        ({"status": "own", "supplier_sku": "A-1"}, Problem.CONTRADICTION),
    ],
)
def test_a_row_names_one_product_or_says_why_not(cells: dict[str, str], answer: str | None) -> None:
    asked = asked_in(SheetRow(2, {"listing": str(uuid4()), **cells}))
    assert judge(asked, answered_on=None, offers=OFFERS) == answer
    assert judge(asked, answered_on=1, offers=OFFERS) == Problem.DUPLICATE
