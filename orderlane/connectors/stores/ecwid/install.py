"""Ecwid's install flow: the person agrees at Ecwid, the one-time code is exchanged for the store's token.

The published example puts the app's secret into the address of a GET; Ecwid's own older reference, and the clients
in use, send it in a form, which keeps it out of every log on the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final
from urllib.parse import urlencode

from orderlane.connectors.http import Http
from orderlane.connectors.reading import text
from orderlane.connectors.stores.ecwid.reading import numeric_id
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown
from orderlane.ports.accounts import CredentialField, PlatformApp
from orderlane.ports.installs import Installed, InstallRefused

SCOPES: Final = ("read_store_profile", "read_catalog", "read_orders", "update_orders", "create_orders")


class EcwidInstall:
    """The install flow of the operator's registered app."""

    typed_fields: ClassVar[Sequence[CredentialField]] = ()
    scopes: ClassVar[Sequence[str]] = SCOPES
    returns_state: ClassVar[bool] = True

    def __init__(self, app: PlatformApp) -> None:
        self._app = app

    def authorize_url(self, typed: Mapping[str, str], state: str, redirect_url: str) -> str:
        """Where the person's browser goes to agree. No network."""
        query = {
            "client_id": self._app.client_id,
            "redirect_uri": redirect_url,
            "response_type": "code",
            "scope": " ".join(SCOPES),
            "state": state,
        }
        return f"{self._app.auth_url}/authorize?{urlencode(query)}"

    def finish(self, query: Mapping[str, str], redirect_url: str, now: datetime) -> Installed:
        """Exchange the code. Not safe to repeat: a code used twice disables the token it brought.

        Ecwid signs nothing here; what binds the browser to an install of ours is the caller's ``state``.
        """
        code = query.get("code", "")
        if not code or "error" in query:
            raise InstallRefused("the person did not agree")
        form = {
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret,
            "code": code,
            "redirect_uri": redirect_url,
            "grant_type": "authorization_code",
        }
        reply = Http(self._app.auth_url).request("POST", "/token", writes=True, form=form)
        if not 200 <= reply.status < 300:
            raise NeedsAttention("the code or the app's keys were refused", reason="token_refused", status=reply.status)
        told = reply.json(wrote=True)
        if not isinstance(told, dict):
            raise OutcomeUnknown("the answer is not an object", reason="no_clear_answer")
        external_id, token = numeric_id(told, "store_id"), text(told, "access_token")
        if not external_id or not token:
            raise OutcomeUnknown("the answer has no token", reason="no_clear_answer")
        return Installed(external_id, {"access_token": token, "scopes": text(told, "scope")})
