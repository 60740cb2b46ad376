"""Connecting a store by the platform's own install flow: what this browser did not start connects nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client

from orderlane.kernel import clock
from orderlane.stores.models import Store
from orderlane.web.tests.conftest import DANA, LEA, LOOKER, SAM, Desk
from tests.journeys.world import LUMEN, NORTHWIND

START = "/stores/install/shopify"
NOT_OURS = "not started here"


def consent(client: Client) -> str:
    """Where the platform asks the person."""
    answer = client.post(START, {"install-external_id": NORTHWIND})
    assert answer.status_code == 302
    return answer["Location"]


def agreed(client: Client) -> str:
    """The address the platform sends the browser back to, once the person has agreed."""
    back = httpx.post(consent(client), trust_env=False)
    assert back.status_code == 303
    parts = urlsplit(back.headers["location"])
    return f"{parts.path}?{parts.query}"


@pytest.fixture(autouse=True)
def _the_platforms_own_time(desk: Desk) -> Iterator[None]:
    """A platform's answer is good for seconds only: other tests may have let more time pass for Orderlane."""
    with clock.shifted(-desk.world.ahead):
        yield


def tokens(desk: Desk) -> list[bytes]:
    """The sealed secrets of every connection of the store."""
    return [bytes(store.sealed_secrets) for store in desk.rows(Store, external_id=NORTHWIND)]


def said(client: Client, address: str) -> str:
    return client.get(address, follow=True).content.decode()


def test_an_install_connects_the_store_once(desk: Desk) -> None:
    client, before = desk.client(SAM), tokens(desk)
    back = agreed(client)
    assert tokens(desk) == before
    assert "is connected" in said(client, back)
    after = tokens(desk)
    assert len(after) == len(before) == 1
    assert after != before
    assert NOT_OURS in said(client, back)
    assert tokens(desk) == after


def test_a_return_that_another_browser_started_connects_nothing(desk: Desk) -> None:
    """What an attacker agreed to in a store of theirs, opened by somebody else, or the other way around."""
    back, before = agreed(desk.client(SAM)), tokens(desk)
    stranger, waiting = desk.client(LEA), desk.client(SAM)
    consent(waiting)  # has one under way, but another one
    for client in (stranger, waiting, desk.client(DANA)):
        assert NOT_OURS in said(client, back)
    assert tokens(desk) == before


def test_a_return_that_was_changed_or_comes_too_late_connects_nothing(desk: Desk) -> None:
    before, client = tokens(desk), desk.client(SAM)
    assert "does not hold" in said(client, agreed(client).replace(NORTHWIND, "maison-lumen.myshopify.com"))
    back = agreed(client)
    with clock.shifted(timedelta(minutes=16)):
        assert NOT_OURS in said(client, back)
    assert tokens(desk) == before


def test_a_forged_return_does_not_end_what_is_under_way(desk: Desk) -> None:
    """A page somewhere makes the browser open our address: nothing is connected, and the genuine return still works."""
    client, before = desk.client(SAM), tokens(desk)
    back = agreed(client)
    assert NOT_OURS in said(client, f"{START}/return?state=guessed&code=1&shop={NORTHWIND}")
    assert "does not hold" in said(client, f"{back}0")
    assert NOT_OURS in said(client, "/stores/install/ecwid/return?state=guessed&code=1")
    assert tokens(desk) == before
    assert "is connected" in said(client, back)
    assert tokens(desk) != before


def test_another_store_than_the_one_to_be_connected_again_is_refused_by_name(desk: Desk) -> None:
    client, before = desk.client(SAM), tokens(desk)
    other = client.post(START, {"install-external_id": LUMEN, "store": NORTHWIND}, follow=True).content.decode()
    assert f"{LUMEN} is another store than {NORTHWIND}" in other
    started = client.post(START, {"install-external_id": NORTHWIND, "store": NORTHWIND})
    parts = urlsplit(httpx.post(started["Location"], trust_env=False).headers["location"])
    assert "is connected" in said(client, f"{parts.path}?{parts.query}")
    assert tokens(desk) != before


def test_only_who_manages_may_install(desk: Desk) -> None:
    before, history = tokens(desk), desk.history()
    reader = desk.client(LOOKER["retailer"])
    assert reader.post(START, {"install-external_id": NORTHWIND}).status_code == 403
    assert reader.get(f"{START}/return").status_code == 403
    assert Client().post(START, {"install-external_id": NORTHWIND}).status_code == 302
    assert Client().get(f"{START}/return")["Location"].startswith("/account/login/")
    assert (tokens(desk), desk.history()) == (before, history)


@pytest.mark.parametrize("typed", ["", "evil.example", "northwind-outdoor.myshopify.com.evil.example", "a b"])
def test_a_browser_is_led_to_shops_only(desk: Desk, typed: str) -> None:
    answer = desk.client(SAM).post(START, {"install-external_id": typed})
    assert (answer.status_code, answer["Location"]) == (302, "/stores/connect/shopify")


@pytest.mark.parametrize("platform", ["woocommerce", "nowhere"])
def test_a_platform_without_an_install_flow_has_no_page(desk: Desk, platform: str) -> None:
    client = desk.client(SAM)
    assert client.post(f"/stores/install/{platform}").status_code == 404
    assert client.get(f"/stores/install/{platform}/return").status_code == 404
