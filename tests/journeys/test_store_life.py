"""The life of a store on each platform: installed, watched, cleaned up after, read back to before it came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client

from orderlane.kernel.errors import OutsideError
from orderlane.orders.models import OrderImport
from orderlane.stores.effects.disconnect import what_we_put_there
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.scope import system_scope
from tests.journeys.platforms import SIDES, Side, agreed, connect_anew, stored
from tests.journeys.test_many_stores import MANAGED, PLATFORMS
from tests.journeys.visitors import LEA, visitor
from tests.journeys.world import ACTOR, World

WITH_FLOW = sorted(set(PLATFORMS) - {"woocommerce"})


def subscriptions(world: World, store: str) -> list[dict[str, Any]]:
    """Our webhooks as the store's platform holds them."""
    answer = httpx.get(f"{world.sandbox.url}{world.path(store, 'subscriptions')}", trust_env=False)
    told: list[dict[str, Any]] = answer.json()["subscriptions"]
    return told


def latest_import(store: Store) -> OrderImport:
    with system_scope(ACTOR):
        return OrderImport.objects.filter(store=store).latest("started_at")


@pytest.mark.parametrize("platform", WITH_FLOW)
def test_a_member_installs_the_app_and_the_way_back_works_once(world: World, platform: str) -> None:
    side, browser = SIDES[platform], visitor(LEA)
    world.settle()
    with world.in_step():
        _install(world, side, platform, browser)
    world.settle()
    _, po = world.ordered(side.retailer, {side.goods[0]: 1})
    assert po.payable


def _install(world: World, side: Side, platform: str, browser: Client) -> None:
    before = bytes(stored(world, side.retailer).sealed_secrets)
    assert f"/stores/install/{platform}" in browser.get(f"/stores/connect/{platform}").content.decode()
    started = browser.post(f"/stores/install/{platform}", {"install-external_id": side.retailer})
    assert started.status_code == 302
    way_back = f"{world.web_url}/stores/install/{platform}/return"
    parts = urlsplit(agreed(side.retailer, started["Location"], way_back))
    back = f"{parts.path}?{parts.query}"
    assert "not started here" in visitor(LEA).get(back, follow=True).content.decode()
    assert bytes(stored(world, side.retailer).sealed_secrets) == before
    assert "is connected" in browser.get(back, follow=True).content.decode()
    after = bytes(stored(world, side.retailer).sealed_secrets)
    assert after != before
    assert "not started here" in browser.get(back, follow=True).content.decode()
    assert bytes(stored(world, side.retailer).sealed_secrets) == after


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_disconnected_store_is_left_as_it_was_found(world: World, platform: str) -> None:
    side, browser = SIDES[platform], visitor(LEA)
    world.settle()
    store = stored(world, side.retailer)
    preview = browser.get(f"/stores/{store.pk}/disconnect").content.decode()
    if platform in MANAGED:
        count = len(subscriptions(world, side.retailer))
        assert count
        assert f"{count} webhooks are removed" in preview
    assert ("fulfillment service" in preview) == (platform == "shopify")
    assert stored(world, side.retailer).status == StoreStatus.CONNECTED
    answer = browser.post(f"/stores/{store.pk}/disconnect", follow=True).content.decode()
    assert "could not be cleaned up" not in answer
    gone = stored(world, side.retailer)
    assert (gone.status, gone.status_reason) == (StoreStatus.DISCONNECTED, "disconnected_by_member")
    assert bytes(gone.sealed_secrets) == b""
    if platform in MANAGED:
        assert subscriptions(world, side.retailer) == []
    missed = world.buy(side.retailer, {side.goods[0]: 1})
    world.settle()
    world.poll()
    assert world.purchase_orders(side.retailer, missed) == []
    connect_anew(world, side.retailer)
    world.settle()
    assert len(world.purchase_orders(side.retailer, missed)) == 1


def test_what_the_store_refused_while_it_was_connected_is_mended_by_the_next_look(world: World) -> None:
    side = SIDES["shopify"]
    world.settle()
    store = stored(world, side.retailer)
    visitor(LEA).post(f"/stores/{store.pk}/disconnect")
    world.fault(f"shopify:{side.retailer}", "fulfillmentServiceCreate", "503")
    with pytest.raises(OutsideError):
        connect_anew(world, side.retailer)
    assert stored(world, side.retailer).status == StoreStatus.CONNECTED

    def kinds() -> set[str]:
        there = what_we_put_there(store.organization_id, store.pk, actor=ACTOR)
        assert there is not None
        return {each.kind for each in there}

    assert kinds() == {"webhook"}
    world.sweep("stores.check_all_webhooks")
    assert kinds() == {"webhook", "fulfillment_service", "location"}


def test_keys_that_are_replaced_take_their_webhooks_with_them(world: World) -> None:
    """Another app's keys could not remove them later: they would come for ever, and be refused."""
    side = SIDES["shopify"]
    world.settle()
    before = {row["id"] for row in subscriptions(world, side.retailer)}
    connect_anew(world, side.retailer)
    after = {row["id"] for row in subscriptions(world, side.retailer)}
    assert len(after) == len(before) > 0
    assert not after & before


@pytest.mark.parametrize("platform", MANAGED)
def test_a_store_that_cannot_be_reached_is_disconnected_all_the_same(world: World, platform: str) -> None:
    side, browser = SIDES[platform], visitor(LEA)
    world.settle()
    store = stored(world, side.retailer)
    world.fault(f"{platform}:{side.retailer}", "*", "503", count=None, seconds=1)
    assert "cannot be asked just now" in browser.get(f"/stores/{store.pk}/disconnect").content.decode()
    answer = browser.post(f"/stores/{store.pk}/disconnect", follow=True).content.decode()
    assert "could not be cleaned up" in answer
    world.sandbox.world.faults.clear()
    gone = stored(world, side.retailer)
    assert (gone.status, bytes(gone.sealed_secrets)) == (StoreStatus.DISCONNECTED, b"")
    assert subscriptions(world, side.retailer)
    world.post(world.path(side.retailer, "uninstall"))  # the page's advice
    missed = world.buy(side.retailer, {side.goods[0]: 1})
    world.settle()
    assert world.purchase_orders(side.retailer, missed) == []
    connect_anew(world, side.retailer)
    world.advance(timedelta(minutes=1))  # the platform asked to be left alone for a moment
    world.settle()
    [po] = world.purchase_orders(side.retailer, missed)
    assert po.payable


@pytest.mark.parametrize("platform", PLATFORMS)
def test_earlier_orders_come_in_and_what_was_shipped_is_not_offered(world: World, platform: str) -> None:
    side, browser = SIDES[platform], visitor(LEA)
    world.settle()
    store = stored(world, side.retailer)
    world.fault(f"{platform}:{side.retailer}", "webhook:*", "drop", count=None)
    sent, waiting = (world.buy(side.retailer, {side.goods[0]: 1}) for _ in range(2))
    world.act(side.retailer, sent, "ship", company="DHL", number="JDEARLIER")
    world.settle()
    world.sandbox.world.faults.clear()
    browser.post(f"/stores/{store.pk}/history/start", {"days": "30"})
    world.settle()
    row = latest_import(store)
    assert (row.status, row.reason) == ("done", "")
    assert row.received_count >= 2
    [po] = world.purchase_orders(side.retailer, waiting)
    assert po.payable
    assert world.order(side.retailer, sent).split_at is not None
    assert world.purchase_orders(side.retailer, sent) == []


def test_an_import_whose_job_was_lost_is_woken_and_one_that_is_refused_says_why(world: World) -> None:
    side, browser = SIDES["bigcommerce"], visitor(LEA)
    world.settle()
    store = stored(world, side.retailer)
    address = f"/stores/{store.pk}/history"
    browser.post(f"{address}/start", {"days": "7"})
    world.forget_jobs("orders.import_page")
    world.settle()
    assert latest_import(store).status == "running"
    world.advance(timedelta(minutes=11))
    world.sweep("orders.sweep_imports")
    assert latest_import(store).status == "done"

    world.post(world.path(side.retailer, "scopes"), {"scopes": []})
    browser.post(f"{address}/start", {"days": "7"})
    world.settle()
    failed = latest_import(store)
    assert (failed.status, bool(failed.reason)) == ("failed", True)
    for language, words in (("en", "Import the orders"), ("fr", "Importer les commandes")):
        assert words in visitor(LEA, language=language).get(address).content.decode()
    connect_anew(world, side.retailer)
    visitor(LEA).post(f"{address}/continue")
    world.settle()
    assert latest_import(store).status == "done"
