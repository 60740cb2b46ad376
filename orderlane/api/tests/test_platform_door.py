"""The common door of a platform: each organization hears what it can verify, and nobody else's secret is in the way."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from orderlane.api import senders
from orderlane.connectors.stores.ecwid import webhooks
from orderlane.inbox.models import InboundMessage
from orderlane.kernel import clock
from orderlane.members.actions.organizations import create_organization
from orderlane.members.models import Member
from orderlane.ports.stores import StoreIdentity
from orderlane.stores.actions.connect_store import connect_store
from orderlane.stores.actions.note_store_state import disconnect_store
from orderlane.stores.models import Store
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope

pytestmark = pytest.mark.django_db(transaction=True)
TEST = "test:door"
STORE = "1003"
BODY = {"storeId": 1003, "entityId": 1, "eventType": "order.updated", "data": {"orderId": "XJ12H"}}


@pytest.fixture
def stores() -> list[Store]:
    """One shop that two organizations have connected, each with an app of its own."""
    return [connected(name, secret) for name, secret in (("First", "one's secret"), ("Second", "the other's"))]


def connected(name: str, secret: str) -> Store:
    owner, now = Member.objects.create_user(f"{name.lower()}@example.com", "not-used-anywhere"), clock.now()
    with system_scope(TEST):
        retailer = create_organization(name=name, kind=OrganizationKind.RETAILER, country="FR", owner=owner, now=now)
    identity = StoreIdentity(STORE, name, "shop.example", "EUR")
    with acting_for(retailer.pk, TEST):
        return connect_store(
            organization_id=retailer.pk,
            platform="ecwid",
            identity=identity,
            secrets={"access_token": "t", "webhook_secret": secret},
            now=now,
        )


def deliver(secret: str, path: str = "/hooks/platforms/ecwid", **changed: object) -> int:
    created = int(clock.now().timestamp())
    body = json.dumps({**BODY, "eventId": "e-1", "eventCreated": created, **changed})
    signature = webhooks.sign(secret, str(created), "e-1")
    answer = Client().post(path, body, "application/json", headers={webhooks.SIGNATURE: signature})
    return answer.status_code


def heard() -> list[str]:
    with system_scope(TEST):
        return list(InboundMessage.objects.values_list("organization__name", flat=True))


def test_what_one_organization_can_verify_is_stored_for_it_alone_and_is_no_forgery(stores: list[Store]) -> None:
    assert deliver("the other's") == 200
    assert heard() == ["Second"]


def test_what_nobody_can_verify_is_refused_and_not_stored(stores: list[Store]) -> None:
    assert deliver("a guess") == 401
    assert heard() == []


def test_a_store_that_nobody_has_connected_is_answered_and_not_stored(stores: list[Store]) -> None:
    assert deliver("one's secret", storeId=1004) == 200
    assert heard() == []


def test_a_disconnected_store_is_neither_heard_nor_refused(stores: list[Store]) -> None:
    for store in stores:
        with acting_for(store.organization_id, TEST):
            disconnect_store(store.pk, reason="disconnected_by_member", now=clock.now())
        senders.forget(store.pk)
    assert deliver("one's secret") == 200
    assert deliver("one's secret", f"/hooks/stores/{stores[0].pk}") == 200
    assert heard() == []


@pytest.mark.parametrize("platform", ["shopify", "nowhere"])
def test_a_platform_without_a_common_door_has_none(stores: list[Store], platform: str) -> None:
    assert deliver("one's secret", f"/hooks/platforms/{platform}") == 404
