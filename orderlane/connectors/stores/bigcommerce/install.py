"""BigCommerce's install flow: it begins in the store's control panel, which opens our address with a code.

https://docs.bigcommerce.com/developer/docs/integrations/apps/guide/auth
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from orderlane.connectors.http import Http, Reply
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown
from orderlane.ports.accounts import CredentialField, PlatformApp
from orderlane.ports.installs import Installed, InstallRefused

_CONTEXT = re.compile(r"stores/([a-z0-9]{3,32})\Z")


class BigCommerceInstall:
    """The operator's app, installed by a store's owner."""

    typed_fields: ClassVar[Sequence[CredentialField]] = ()
    scopes: ClassVar[Sequence[str]] = (
        "store_v2_orders",
        "store_v2_products_read_only",
        "store_v2_information_read_only",
    )
    returns_state: ClassVar[bool] = False

    def __init__(self, app: PlatformApp) -> None:
        self._app = app

    def authorize_url(self, typed: Mapping[str, str], state: str, redirect_url: str) -> str:
        """Lead to the app's install page, where the store is chosen.

        The page knows our return address from the app's settings and hands back no ``state``; scopes stand
        in the app's settings too.
        """
        return f"{self._app.auth_url}/app/{self._app.client_id}/install"

    def finish(self, query: Mapping[str, str], redirect_url: str, now: datetime) -> Installed:
        """Exchange the code for the store's token, which has no end. Not safe to repeat: a code serves once.

        The query is not signed. That the exchange answers for the same store is what proves it.
        """
        code, context, scope = query.get("code", ""), query.get("context", ""), query.get("scope", "")
        asked = _CONTEXT.match(context)
        if not code or not scope or asked is None:
            raise InstallRefused("the browser did not come back with a code for a store")
        reply = Http(self._app.auth_url).request(
            "POST",
            "/oauth2/token",
            writes=True,
            json_body={
                "client_id": self._app.client_id,
                "client_secret": self._app.client_secret,
                "code": code,
                "context": context,
                "scope": scope,
                "grant_type": "authorization_code",
                "redirect_uri": redirect_url,
            },
        )
        if reply.status == 401:
            raise NeedsAttention("the platform refuses the app's own credentials", reason="bad_credentials")
        if 400 <= reply.status < 500:
            raise InstallRefused("the platform does not take the code")
        token = _token(reply)
        if token.get("context") != context:
            raise InstallRefused("the token is for another store")
        return Installed(asked[1], {"access_token": token["access_token"], "granted_scopes": str(token.get("scope"))})


def _token(reply: Reply) -> Mapping[str, Any]:
    found = reply.json(wrote=True)
    if not isinstance(found, dict) or not isinstance(found.get("access_token"), str) or not found["access_token"]:
        raise OutcomeUnknown("the answer has no token", reason="no_clear_answer")
    return found
