"""The stores of the demonstration: where they stand in the sandbox, and how each is connected, as a person would."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from orderlane.connectors.http import Http
from orderlane.ports import registry
from orderlane.ports.capabilities import StoreCapability
from orderlane.stores.connections import app_of
from orderlane.stores.effects.connect import common_webhook_url, connect, install
from orderlane.stores.models import Store

RETURN_URL = "http://127.0.0.1/installed"
"""Where the seed's own "browser" would come back to; it reads the address and goes nowhere."""


class SeedFailed(RuntimeError):
    """The sandbox is not what the demonstration expects."""


@dataclass(frozen=True, slots=True)
class ToldStore:
    """A store of the sandbox: its platform, its id there, and everything needed to connect it."""

    platform: str
    external_id: str
    facts: Mapping[str, Any]


def told_stores(outside: Mapping[str, Any], platforms: Collection[str]) -> dict[str, ToldStore]:
    """Every store of these platforms, by its id there."""
    found = {}
    for platform in platforms:
        for facts in outside[platform]["stores"]:
            external_id = facts.get("external_id") or facts["domain"]
            found[external_id] = ToldStore(platform, external_id, facts)
    return found


def told_suppliers(outside: Mapping[str, Any], platforms: Collection[str]) -> dict[str, dict[str, Any]]:
    """The suppliers of these platforms, by a short name."""
    return {
        key: goods
        for platform in sorted(platforms, key=lambda name: name != "shopify")
        for key, goods in outside[platform].get("suppliers", {}).items()
    }


def tell_common_doors(sandbox_url: str, stores: Iterable[ToldStore]) -> None:
    """What the operator enters once in the app's settings of a platform: the address of our common webhook door."""
    sandbox = Http(sandbox_url)
    one_each = {told.platform: told for told in stores}
    for platform, told in one_each.items():
        if StoreCapability.COMMON_WEBHOOK_DOOR not in registry.stores()[platform].capabilities:
            continue
        url = common_webhook_url(platform)
        where, body = {
            "ecwid": ("/ecwid/_sandbox/app", {"webhook_url": url}),
            "wix": (f"/wix/{told.external_id}/_sandbox/webhook_address", {"url": url}),
        }[platform]
        if sandbox.request("POST", where, writes=True, json_body=body).status >= 400:
            raise SeedFailed(f"the sandbox's {platform} does not take a webhook address")


def connect_told(told: ToldStore, organization_id: UUID, *, actor: str, now: datetime) -> Store:
    """Connect a store: with pasted keys, or by the platform's own installer where the keys belong to the app."""
    if told.platform == "wix":
        return install(
            organization_id=organization_id,
            actor=actor,
            platform=told.platform,
            query=_agree(told),
            redirect_url=RETURN_URL,
            now=now,
        )
    fields = registry.stores()[told.platform].credential_fields
    return connect(
        organization_id=organization_id,
        actor=actor,
        platform=told.platform,
        external_id=told.external_id,
        secrets={field.name: told.facts[field.name] for field in fields if field.secret},
        now=now,
    )


def _agree(told: ToldStore) -> dict[str, str]:
    """Walk through the installer: the page of consent, the choice of the site, and back."""
    flow = registry.stores()[told.platform].install_flow
    if flow is None:
        raise SeedFailed(f"{told.platform} has no install flow")
    consent_url = flow(app_of(told.platform)).authorize_url({}, "seed", RETURN_URL)
    back = Http(consent_url).request("POST", consent_url, writes=True, form={"site": told.external_id})
    if back.status != 303:
        raise SeedFailed(f"the sandbox's {told.platform} did not install the app: HTTP {back.status}")
    return dict(parse_qsl(urlsplit(back.headers["location"]).query, strict_parsing=True))
