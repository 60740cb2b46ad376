"""What the forms accept, refuse and never give back."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from orderlane.ports.accounts import CredentialField
from orderlane.purchasing.queries import Wanted
from orderlane.web.forms.connect import ConnectForm
from orderlane.web.forms.tracking import ParcelForm, TrackingForm
from orderlane.web.views.orders import wanted_from

FIELDS = [
    CredentialField("domain", "Shop domain", secret=False, pattern=r"[a-z-]+\.myshopify\.com"),
    CredentialField("token", "Admin API access token"),
    CredentialField("note", "Note", required=False),
]


def test_a_secret_is_not_sent_back_after_a_mistake() -> None:
    form = ConnectForm(FIELDS, {"domain": "wrong", "token": "shpat_secret"})
    assert not form.is_valid()
    assert set(form.errors) == {"domain"}
    assert "shpat_secret" not in form.as_p()


def test_credentials_are_what_was_typed_without_empty_fields() -> None:
    form = ConnectForm(FIELDS, {"domain": " shop.myshopify.com ", "token": "shpat_secret", "note": ""})
    assert form.is_valid()
    assert form.credentials() == {"domain": "shop.myshopify.com", "token": "shpat_secret"}


def test_a_parcel_holds_what_was_typed_and_never_more_than_is_left() -> None:
    left = {"a": 3, "b": 1}
    typed = {"number": "6A21448839110", "quantity_a": "2", "quantity_b": "0"}
    form = ParcelForm(left, typed)
    assert form.is_valid()
    assert form.quantities() == {"a": 2}
    assert not ParcelForm(left, {**typed, "quantity_a": "4"}).is_valid()
    assert not ParcelForm(left, {**typed, "quantity_a": "0"}).is_valid()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.com/x", "data:text/html,x"])
def test_a_tracking_link_is_a_web_address(url: str) -> None:
    assert set(TrackingForm({"number": "1", "url": url}).errors) == {"url"}


def test_nonsense_in_the_address_of_the_list_filters_nothing() -> None:
    asked = "tab=x&supplier=1&store=x&since=2026-13-01&until=y&page=-4&channel=z&payment=z&q=a%20"
    assert wanted_from(RequestFactory().get(f"/orders?{asked}")) == Wanted(query="a")
