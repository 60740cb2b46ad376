"""What the sandbox says about itself; read before Django is set up, because settings follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlane.connectors.http import Http
from orderlane.ports.accounts import PlatformApp


def read_outside(sandbox_url: str) -> dict[str, Any]:
    """Read what the sandbox says about itself."""
    told: dict[str, Any] = Http(sandbox_url).request("GET", "/seed.json", writes=False).json(wrote=False)
    return told


def platform_apps(outside: Mapping[str, Any], sandbox_url: str) -> dict[str, PlatformApp]:
    """The operator's app at each platform, as the sandbox has registered it."""
    shopify, wix = outside["shopify"]["stores"][0], outside["wix"]["app"]
    apps = {
        name: PlatformApp(told["client_id"], told["client_secret"], told["auth_url"])
        for name, told in outside.items()
        if name in {"bigcommerce", "ecwid"}
    }
    return {
        **apps,
        "shopify": PlatformApp(shopify["client_id"], shopify["webhook_secret"], f"{sandbox_url}/shopify/{{domain}}"),
        "wix": PlatformApp(wix["client_id"], wix["client_secret"], wix["auth_url"], (wix["public_key"],)),
    }
