"""OrderChannel: what the supplier sells."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orderlane.config.wiring import PLATFORMS
from orderlane.kernel.money import Money
from orderlane.ports.stores import ChannelGood
from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox
from tests.contracts.outside import SUPPLIER, Outside, outside_of

MORE = 270
"""Goods beside the seeded ones: more than the largest page of any platform."""


@pytest.fixture(scope="module")
def full_shelves() -> Iterator[RunningSandbox]:
    """A sandbox whose suppliers sell many goods."""
    with running_sandbox(SandboxSettings(instant=True, goods=MORE)) as running:
        yield running


def test_price_sku_names_and_stock(outside: Outside) -> None:
    seeded = outside.facts(SUPPLIER)["variants"]
    outside.press("stock", SUPPLIER, sku=seeded[1]["sku"], stock=7)
    goods = outside.goods()
    assert sorted(goods) == sorted(good["sku"] for good in seeded)
    for good in seeded:
        found = goods[good["sku"]]
        assert found.variant_id.rsplit("/", 1)[-1] == good["variant_id"]
        assert found.price == Money.parse(good["price"], outside.facts(SUPPLIER)["currency"])
        assert (found.title, found.ean) == (good["title"], good["barcode"])
        assert found.picture_url in ("", good["picture_url"])
        several = sum(other["product_id"] == good["product_id"] for other in seeded) > 1
        assert found.variant_title == good["variant_title"] or not several
    assert goods[seeded[1]["sku"]].stock == 7


def test_a_change_of_stock_is_seen(outside: Outside) -> None:
    sku = outside.skus(SUPPLIER)[0]
    for stock in (3, 0):
        outside.press("stock", SUPPLIER, sku=sku, stock=stock)
        assert outside.goods()[sku].stock == stock
    outside.press("stock", SUPPLIER, sku=sku, stock=5)
    outside.buy(SUPPLIER)
    assert outside.goods()[sku].stock == 3


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_every_page_is_read_once(full_shelves: RunningSandbox, platform: str) -> None:
    outside = outside_of(full_shelves, platform)
    goods: list[ChannelGood] = []
    cursor, pages = "", 0
    while cursor or not pages:
        page = outside.channel().list_goods(cursor)
        goods += page.goods
        cursor, pages = page.next_cursor, pages + 1
        assert pages < MORE
    assert pages > 1
    assert {good.sku for good in goods} == {good["sku"] for good in outside.facts(SUPPLIER)["variants"]}
    assert len({good.variant_id for good in goods}) == len(outside.facts(SUPPLIER)["variants"])
    prices = {good.sku: good.price.minor for good in goods}
    assert all(prices[f"SAMPLE-{n:04}"] == n * 100 + 50 for n in range(1, MORE + 1))
