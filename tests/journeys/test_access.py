"""Secrets that end: renewed by whoever is refused, never a reason to give up a store that has new ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from orderlane.kernel import clock
from orderlane.kernel.errors import NeedsAttention, Unavailable
from orderlane.purchasing.states import ForwardingState
from orderlane.shipping.states import FulfillmentStatus
from orderlane.stores.actions.disconnect_by_hand import forget_secrets
from orderlane.stores.actions.note_store_state import disconnect_store
from orderlane.stores.actions.renewal import end_renewal, lease_renewal, save_renewed
from orderlane.stores.connections import connector_of
from orderlane.stores.effects.connect import connect
from orderlane.stores.effects.lost_access import noticing_lost_access
from orderlane.stores.effects.renew_secrets import renew_secrets
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.scope import acting_for, system_scope
from tests.journeys.visitors import DANA, SAM, visitor
from tests.journeys.world import ACTOR, CASCADE, MUG, NORTHWIND, World

NEARLY_AN_HOUR = timedelta(minutes=56)
"""When a token that lives for an hour counts as one that ends soon."""

Install = Callable[[str], Store]


@pytest.fixture
def install(world: World) -> Iterator[Install]:
    """Connect a store by the install flow, whose token ends; at the end it has the pasted one again, that does not."""
    installed: list[Store] = []

    def go(domain: str) -> Store:
        browser = visitor({NORTHWIND: SAM, CASCADE: DANA}[domain])
        with world.in_step():
            consent = browser.post("/stores/install/shopify", {"install-external_id": domain})["Location"]
            back = httpx.post(consent, trust_env=False).headers["location"]
            assert browser.get(back.removeprefix(world.web_url)).status_code == 302
        store = stored(world.seeded.stores[domain])
        assert "refresh_token" in secrets_of(store)
        installed.append(store)
        return store

    yield go
    told = httpx.get(f"{world.sandbox.url}/seed.json", trust_env=False).json()["shopify"]["stores"]
    for store in installed:
        [pasted] = [each for each in told if each["domain"] == store.external_id]
        connect(
            organization_id=store.organization_id,
            actor=ACTOR,
            platform="shopify",
            external_id=store.external_id,
            secrets={name: pasted[name] for name in ("access_token", "webhook_secret")},
            now=clock.now(),
        )


def stored(store_id: UUID) -> Store:
    with system_scope(ACTOR):
        return Store.objects.get(pk=store_id)


def secrets_of(store: Store) -> dict[str, str]:
    with system_scope(ACTOR):
        return stored(store.pk).unseal()


def expire(world: World, store: Store) -> None:
    """The hour of the token is over."""
    world.post(world.path(store.external_id, "expire_tokens"))


def settle_after_an_hour(world: World) -> None:
    for minutes in (0, 1):  # refused and renewed, then tried again
        with clock.shifted(NEARLY_AN_HOUR + timedelta(minutes=minutes)):
            world.settle()


def test_a_parcel_reaches_a_store_whose_token_had_ended(world: World, install: Install) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    world.pay([po])
    store = install(NORTHWIND)
    before = secrets_of(store)
    expire(world, store)
    world.act(CASCADE, world.placed(po)[0]["order_id"], "ship", company="UPS", number="1ZRENEWED")
    settle_after_an_hour(world)
    [fulfillment] = world.fulfillments(po)
    assert fulfillment.status == FulfillmentStatus.PUSHED
    assert stored(store.pk).status == StoreStatus.CONNECTED
    assert secrets_of(store)["refresh_token"] != before["refresh_token"]


def test_a_purchase_order_reaches_a_supplier_whose_token_had_ended(world: World, install: Install) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    payment = world.start([po], "stripe")
    world.approve(payment)
    store = install(CASCADE)
    expire(world, store)
    world.back(payment)
    settle_after_an_hour(world)
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
    assert len(world.placed(po)) == 1
    assert stored(store.pk).status == StoreStatus.CONNECTED


def test_a_long_reading_that_outlives_its_token_does_not_cost_the_store(world: World, install: Install) -> None:
    store = install(NORTHWIND)
    with acting_for(store.organization_id, ACTOR):
        connector = connector_of(store)
    expire(world, store)
    with clock.shifted(NEARLY_AN_HOUR):
        assert renew_secrets(store.organization_id, store.pk, actor=ACTOR, now=clock.now())
    renewed = secrets_of(store)
    with pytest.raises(Unavailable), noticing_lost_access(store, actor=ACTOR):
        connector.identify()
    assert stored(store.pk).status == StoreStatus.CONNECTED
    assert secrets_of(store) == renewed


def test_a_store_that_refuses_what_it_has_is_lost(world: World, install: Install) -> None:
    store = install(NORTHWIND)
    with acting_for(store.organization_id, ACTOR):
        store.seal({"access_token": "shpat_never_given"})
        store.save(update_fields=["sealed_secrets"])
        connector = connector_of(store)
    with pytest.raises(NeedsAttention), noticing_lost_access(store, actor=ACTOR):
        connector.identify()
    lost = stored(store.pk)
    assert (lost.status, lost.status_reason) == (StoreStatus.DISCONNECTED, "access_refused")


def test_one_worker_at_a_time_renews(world: World, install: Install) -> None:
    store, now = install(NORTHWIND), clock.now()
    with acting_for(store.organization_id, ACTOR):
        assert lease_renewal(store.pk, now=now) is not None
    with acting_for(store.organization_id, ACTOR):
        assert lease_renewal(store.pk, now=now + timedelta(seconds=59)) is None
        assert lease_renewal(store.pk, now=now + timedelta(seconds=60)) is not None
        end_renewal(store.pk)
        assert lease_renewal(store.pk, now=now) is not None
        end_renewal(store.pk)


def test_a_renewal_that_comes_late_brings_no_thrown_away_secrets_back(world: World, install: Install) -> None:
    store = install(NORTHWIND)
    with acting_for(store.organization_id, ACTOR):
        leased = lease_renewal(store.pk, now=clock.now())
        assert leased is not None
        disconnect_store(store.pk, reason="disconnected_by_member", now=clock.now())
        forget_secrets(store.pk, now=clock.now())
        save_renewed(leased, {"access_token": "shpat_late"}, now=clock.now())
        end_renewal(store.pk)
    assert secrets_of(store) == {}
