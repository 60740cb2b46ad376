"""A signing secret that was replaced is good for a while, and then no more."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from orderlane.connectors.stores.shopify.webhooks import sign
from orderlane.inbox.models import InboundMessage
from orderlane.kernel import clock
from orderlane.members.actions.organizations import create_organization
from orderlane.members.models import Member
from orderlane.ports.stores import StoreIdentity
from orderlane.stores.actions.connect_store import ROTATION, connect_store
from orderlane.stores.models import Store
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope

pytestmark = pytest.mark.django_db(transaction=True)
TEST = "test:stores"
SHOP = "rotating.myshopify.com"


def _connected(*secrets: str) -> Store:
    owner = Member.objects.create_user("owner@example.com", "not-used-anywhere")
    with system_scope(TEST):
        retailer = create_organization(
            name="Rotating", kind=OrganizationKind.RETAILER, country="FR", owner=owner, now=clock.now()
        )
    identity = StoreIdentity(SHOP, "Rotating", "rotating.example", "EUR")
    with acting_for(retailer.pk, TEST):
        for secret in secrets:
            store = connect_store(
                organization_id=retailer.pk,
                platform="shopify",
                identity=identity,
                secrets={"access_token": "shpat_1", "webhook_secret": secret},
                now=clock.now(),
            )
    return store


def _told(store: Store, secret: str, delivery: str) -> int:
    body = json.dumps({"id": 1}).encode()
    headers = {
        "X-Shopify-Hmac-Sha256": sign(secret, body),
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Topic": "orders/updated",
        "X-Shopify-Webhook-Id": delivery,
    }
    answer = Client().post(f"/hooks/stores/{store.pk}", body, content_type="application/json", headers=headers)
    return answer.status_code


def test_a_replaced_secret_is_accepted_for_two_days_and_then_refused() -> None:
    store = _connected("old", "new")
    assert [_told(store, secret, secret) for secret in ("old", "new", "other")] == [200, 200, 401]
    with clock.shifted(ROTATION - timedelta(minutes=5)):
        assert _told(store, "old", "late") == 200
    with clock.shifted(ROTATION + timedelta(minutes=5)):
        # The door remembers a sender for seconds, until somebody it does not believe knocks.
        later = [_told(store, secret, f"{secret}-later") for secret in ("other", "old", "new")]
        assert later == [401, 401, 200]
    with system_scope(TEST):
        stored = InboundMessage.objects.order_by("pk").values_list("external_id", flat=True)
        assert list(stored) == ["old", "new", "late", "new-later"]
