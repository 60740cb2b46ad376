"""Shopify's install flow for an app outside its admin: the authorization code grant.

https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final
from urllib.parse import urlencode

from orderlane.connectors.pasted import host_and_path_typed
from orderlane.connectors.stores.shopify import scopes, tokens
from orderlane.ports.accounts import CredentialField, PlatformApp, gettext_noop
from orderlane.ports.installs import Installed, InstallRefused

SHOP_PATTERN: Final = r"^[a-z0-9][a-z0-9-]*\.myshopify\.com$"


def shop_domain(typed: str) -> str:
    """Read the shop's domain from what people paste: its admin's address, old or new, or its name alone."""
    host, path = host_and_path_typed(typed)
    store, _, name = path.partition("/")
    if host == "admin.shopify.com" and store == "store":
        host = name.partition("/")[0].lower()
    return f"{host}.myshopify.com" if re.fullmatch(r"[a-z0-9][a-z0-9-]*", host) else host


SHOP_FIELD: Final = CredentialField(
    "external_id",
    label=gettext_noop("Shop domain"),
    hint=gettext_noop("The permanent address that ends in .myshopify.com"),
    secret=False,
    pattern=SHOP_PATTERN,
    tidy=shop_domain,
)

TOLERANCE_SECONDS: Final = 90
"""How old the returning browser's query may be; the tolerance of Shopify's own libraries."""


class ShopifyInstall:
    """Install our app in one shop. ``app.auth_url`` is the shop's address, with ``{domain}`` for its domain."""

    typed_fields: ClassVar[Sequence[CredentialField]] = (SHOP_FIELD,)
    scopes: ClassVar[Sequence[str]] = scopes.ASKED
    returns_state: ClassVar[bool] = True

    def __init__(self, app: PlatformApp) -> None:
        self._app = app

    def authorize_url(self, typed: Mapping[str, str], state: str, redirect_url: str) -> str:
        """Where the person's browser goes to agree; raises InstallRefused for what is no shop's domain. No network."""
        asked = {
            "client_id": self._app.client_id,
            "scope": ",".join(self.scopes),
            "redirect_uri": redirect_url,
            "state": state,
        }
        return f"{self._shop_url(typed.get('external_id', ''))}/admin/oauth/authorize?{urlencode(asked)}"

    def finish(self, query: Mapping[str, str], redirect_url: str, now: datetime) -> Installed:
        """Check signature, age and shop of the returning query, then exchange its code. Not safe to repeat."""
        expected = sign_query(self._app.client_secret, query)
        given = query.get("hmac", "")
        if not self._app.client_secret or not hmac.compare_digest(expected.encode(), given.encode(errors="replace")):
            raise InstallRefused("the signature does not match the query", reason="install_bad_signature")
        sent_at = query.get("timestamp", "")
        if not re.fullmatch(r"[0-9]{1,12}", sent_at) or abs(now.timestamp() - int(sent_at)) > TOLERANCE_SECONDS:
            raise InstallRefused("too old, or from the future", reason="install_stale")
        shop_url, code = self._shop_url(query.get("shop", "")), query.get("code", "")
        if not code:
            raise InstallRefused("no code came back", reason="install_no_code")
        return Installed(query["shop"], tokens.exchange_code(self._app, shop_url, code, now))

    def _shop_url(self, domain: str) -> str:
        if not re.fullmatch(SHOP_PATTERN, domain) or domain.endswith("\n"):
            raise InstallRefused("not the domain of a shop", reason="install_bad_shop")
        return self._app.auth_url.format(domain=domain).rstrip("/")


def sign_query(secret: str, query: Mapping[str, str]) -> str:
    """Write the signature of a query: hex HMAC-SHA256 over its parameters, sorted and encoded, without ``hmac``."""
    message = urlencode(sorted((name, value) for name, value in query.items() if name != "hmac"))
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
