"""An organization that has nothing yet: each page says what will appear on it, and what to do next."""

from __future__ import annotations

import pytest
from django.test import Client

from orderlane.kernel import clock
from orderlane.members.actions.organizations import create_organization
from orderlane.members.models import Member
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import system_scope
from orderlane.web.tests.conftest import BACKEND

pytestmark = pytest.mark.django_db(transaction=True)

R, S = OrganizationKind.RETAILER, OrganizationKind.SUPPLIER
# Page → what will appear there, and where the next step leads.
EMPTY = [
    (R, "/orders", "Connect your store to begin", 'href="/stores"'),
    (R, "/orders?tab=archived", "Connect your store to begin", 'href="/stores"'),
    (R, "/attention", "All is well", "appears here"),
    (R, "/payments", "No payment here", 'href="/orders?tab=unpaid"'),
    (R, "/products", "Connect your store to begin", 'class="button button--primary" href="/stores"'),
    (R, "/suppliers", "No supplier yet", "tell the name of your organization: Fresh &amp; New."),
    (R, "/stores", "No store is connected yet", 'href="/stores/connect/shopify"'),
    (S, "/attention", "All is well", "appears here"),
    (S, "/supplier/orders", "the moment a retailer has paid you", 'href="/supplier/store"'),
    (S, "/supplier/products", "No product yet", 'class="button button--primary" href="/supplier/store"'),
    (S, "/supplier/products?q=nothing", "No product matches", "Show all products"),
    (S, "/supplier/store", "To do before it can be switched on", 'href="/stores/connect/shopify"'),
    (S, "/supplier/payment-accounts", "You cannot be paid yet", 'href="/supplier/payment-accounts/connect/paypal"'),
]


@pytest.mark.parametrize(("kind", "path", "will", "step"), EMPTY)
def test_an_empty_page_says_what_comes_and_what_to_do(kind: OrganizationKind, path: str, will: str, step: str) -> None:
    owner = Member.objects.create_user("owner@example.com", "never-typed-here", language="en")
    with system_scope("test:empty"):
        create_organization(name="Fresh & New", kind=kind, country="", owner=owner, now=clock.now())
    client = Client()
    client.force_login(owner, backend=BACKEND)
    answer = client.get(path)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert will in text
    assert step in text
    assert "UTC" not in text or "<time" in text
