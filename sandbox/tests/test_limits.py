"""The platforms' rate limits, on the sandbox's own clock, and the tally that claims about them are checked against."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.serving import RunningSandbox
from sandbox.tests.bigcommerce import BigShop
from sandbox.tests.ecwid_caller import HIRONDELLE, EcwidCaller
from sandbox.tests.shop import HTTP


def _bigcommerce(sandbox: RunningSandbox) -> tuple[str, Callable[[], int]]:
    shop = BigShop(sandbox, "retailer")
    return f"bigcommerce:{shop.seed['external_id']}", lambda: shop.call("GET", "/v2/store").status_code


def _ecwid(sandbox: RunningSandbox) -> tuple[str, Callable[[], int]]:
    store = EcwidCaller(sandbox, HIRONDELLE)
    return f"ecwid:{HIRONDELLE}", lambda: store.call("GET", "/profile").status_code


def _wix(sandbox: RunningSandbox) -> tuple[str, Callable[[], int]]:
    seeds = HTTP.get(f"{sandbox.url}/seed.json").json()["wix"]["stores"]
    site = next(site for site in seeds if site["role"] == "retailer")
    headers = {"Authorization": site["api_key"], "wix-site-id": site["site_id"]}
    url = f"{sandbox.url}/wix/ecom/v1/orders/search"
    return f"wix:{site['external_id']}", lambda: HTTP.post(url, json={"search": {}}, headers=headers).status_code


def _tally(sandbox: RunningSandbox, system: str) -> dict[str, Any]:
    told: dict[str, Any] = HTTP.get(f"{sandbox.url}/limits.json").json()["systems"][system]
    return told


@pytest.mark.parametrize(
    ("store", "calls", "seconds"),
    [(_bigcommerce, 150, 30), (_ecwid, 600, 60), (_wix, 200, 60)],
    ids=["bigcommerce", "ecwid", "wix"],
)
def test_so_many_calls_are_let_in_and_no_more_until_their_time_has_passed(
    shops: RunningSandbox, store: Callable[[RunningSandbox], tuple[str, Callable[[], int]]], calls: int, seconds: int
) -> None:
    system, call = store(shops)
    HTTP.post(f"{shops.url}/limits.json", json={"on": True})
    assert {call() for _ in range(calls)} == {200}
    assert call() == 429
    tally = _tally(shops, system)
    assert (len(tally["calls"]), tally["refused"]) == (calls, 1)
    HTTP.post(f"{shops.url}/clock.json", json={"advance": seconds})
    assert call() == 200
    HTTP.post(f"{shops.url}/limits.json", json={"on": False})
    assert {call() for _ in range(calls)} == {200}
    assert HTTP.post(f"{shops.url}/limits.json", json={"off": True}).status_code == 400
    HTTP.post(f"{shops.url}/reset")
    assert HTTP.get(f"{shops.url}/limits.json").json() == {"on": True, "systems": {}}
