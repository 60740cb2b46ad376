"""StoreConnector: what of ours stands in a store, mended when it is gone and removed when we leave."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orderlane.connectors.tests.loopback import Answer, Loopback, loopback
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.stores import Registration
from tests.contracts.outside import Outside

WEBHOOK = "webhook"


@pytest.fixture
def dead_door() -> Iterator[Loopback]:
    """A door that takes nothing."""
    with loopback(lambda _: Answer(500)) as server:
        yield server


def webhooks(outside: Outside, url: str) -> list[Registration]:
    """Our webhooks that the store has."""
    return [one for one in outside.store().registrations(url) if one.kind == WEBHOOK]


def test_subscribing_twice_changes_nothing(outside: Outside, door: Loopback) -> None:
    url, store = f"{door.url}/hooks/1", outside.store()
    made = list(store.subscribe(url))
    standing = webhooks(outside, url)
    assert bool(made) == outside.can(StoreCapability.MANAGES_WEBHOOKS)
    assert sorted(one.name for one in standing) == sorted(made)
    assert all(one.active and one.external_id for one in standing)
    assert list(outside.store().subscribe(url)) == []
    assert webhooks(outside, url) == standing


def test_what_the_store_gave_up_is_mended_and_said(outside: Outside, dead_door: Loopback, door: Loopback) -> None:
    url, store = f"{dead_door.url}/hooks/1", outside.store()
    made = set(store.subscribe(url))
    if not outside.can(StoreCapability.MANAGES_WEBHOOKS):
        assert made == set()
        return
    for _ in range(8):
        outside.buy(paid=False)
        outside.delivered()
    working = {one.name for one in webhooks(outside, url) if one.active}
    assert working < made
    assert set(store.subscribe(url)) == made - working
    assert {one.name for one in webhooks(outside, url) if one.active} == made
    assert list(store.subscribe(url)) == []
    heard = len(dead_door.received)
    outside.buy(paid=False)
    outside.delivered()
    assert len(dead_door.received) > heard


def test_leaving_removes_what_is_ours_and_nothing_else(outside: Outside, door: Loopback) -> None:
    ours, theirs, store = f"{door.url}/hooks/1", f"{door.url}/hooks/2", outside.store()
    store.subscribe(ours)
    store.subscribe(theirs)
    others = webhooks(outside, theirs)
    for _ in range(2):
        store.withdraw(ours)
        assert list(store.registrations(ours)) == []
    assert webhooks(outside, theirs) == others
    outside.delivered()
    heard = len([one for one in door.received if one.path == "/hooks/1"])
    outside.buy()
    outside.delivered()
    assert len([one for one in door.received if one.path == "/hooks/1"]) == heard
    assert bool(others) == any(one.path == "/hooks/2" for one in door.received)


def test_offering_fulfillment_is_repeatable_and_withdrawn(outside: Outside, door: Loopback) -> None:
    url, store = f"{door.url}/hooks/1", outside.store()
    for _ in range(2):
        store.offer_fulfillment(url)
    standing = [one.kind for one in store.registrations(url)]
    offers = outside.can(StoreCapability.REQUEST_FULFILLMENT)
    assert sorted(standing) == (["fulfillment_service", "location"] if offers else [])
    store.withdraw(url)
    assert list(store.registrations(url)) == []
    assert list(store.requested_work()) == []
