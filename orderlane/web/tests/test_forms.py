"""What the forms accept, refuse and never give back."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from orderlane.config.wiring import PLATFORMS
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


SITE = "0d5e0000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("platform", "pasted", "meant"),
    [
        ("shopify", "https://admin.shopify.com/store/Northwind-Outdoor/orders?x=1", "northwind-outdoor.myshopify.com"),
        ("shopify", "HTTPS://Northwind-Outdoor.myshopify.com/admin/", "northwind-outdoor.myshopify.com"),
        ("shopify", "northwind-outdoor", "northwind-outdoor.myshopify.com"),
        ("bigcommerce", "https://store-hp7k2q9wab.mybigcommerce.com/manage/orders", "hp7k2q9wab"),
        ("bigcommerce", "https://store-hp7k2q9wab-1.mybigcommerce.com", "hp7k2q9wab"),
        ("bigcommerce", "https://api.bigcommerce.com/stores/hp7k2q9wab/v3/", "hp7k2q9wab"),
        ("bigcommerce", "HP7K2Q9WAB", "hp7k2q9wab"),
        ("ecwid", "https://my.ecwid.com/store/91820011#orders", "91820011"),
        ("ecwid", "ID: 91820011", "91820011"),
        ("ecwid", "https://store91820011.company.site/", "91820011"),
        ("wix", f"https://manage.wix.com/dashboard/{SITE.upper()}/home?ref=x", SITE),
        ("woocommerce", "https://Shop.Example/", "shop.example"),
        ("woocommerce", "http://shop.example/wp-admin/admin.php?page=wc-settings", "shop.example"),
        ("woocommerce", "https://www.shop.example/Boutique/wp-json/wc/v3#top", "www.shop.example/Boutique"),
    ],
)
def test_what_people_paste_names_the_store(platform: str, pasted: str, meant: str) -> None:
    form = ConnectForm([PLATFORMS[platform].store.credential_fields[0]], {"external_id": pasted})
    assert form.is_valid(), form.errors
    assert form.credentials() == {"external_id": meant}


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
@pytest.mark.parametrize(
    "pasted", ["https://", "a b", "https://evil.example@/..", "javascript:alert(1)", "é.example/?"]
)
def test_what_names_no_store_is_refused(platform: str, pasted: str) -> None:
    form = ConnectForm([PLATFORMS[platform].store.credential_fields[0]], {"external_id": pasted})
    assert not form.is_valid()


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
