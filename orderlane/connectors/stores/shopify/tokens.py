"""The access tokens of an installed app: exchanged for a code, and renewed before they end.

An expiring token lives an hour, its refresh token ninety days; each renewal brings a new pair, and the refresh token
before it stays good until the new one has been used. So a renewal whose answer was lost is simply done again.
https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from orderlane.connectors.http import Http
from orderlane.connectors.reading import parse_moment, unreadable
from orderlane.kernel.errors import Declined, NeedsAttention, OutsideError
from orderlane.ports.accounts import Account, PlatformApp

EARLY: Final = timedelta(minutes=5)
"""How long before its end a token is renewed: longer than any job of ours runs on one set of secrets."""

_PATH: Final = "/admin/oauth/access_token"


def exchange_code(app: PlatformApp, shop_url: str, code: str, now: datetime) -> dict[str, str]:
    """Exchange an install's code for secrets. Not safe to repeat: a code works once."""
    form = {"code": code, "expiring": "1"}
    refused = Declined("the code was used or is too old", reason="install_code_refused")
    return _ask(app, shop_url, form, refused, now, writes=True)


def renewed_secrets(account: Account, now: datetime) -> dict[str, str] | None:
    """Return new secrets when the account's token ends soon; None for a token that lives, or never ends."""
    refresh_token = account.secrets.get("refresh_token", "")
    if not refresh_token:
        return None
    ends_at = parse_moment(account.secrets.get("access_expires_at", ""))
    if ends_at is not None and now < ends_at - EARLY:
        return None
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    refused = NeedsAttention("the refresh token is not valid any more", reason="access_refused")
    # Nothing is lost when the answer is: the old refresh token still works. So this counts as a read.
    brought = _ask(account.app, account.api_url, form, refused, now, writes=False)
    return {**account.secrets, **brought}


def _ask(
    app: PlatformApp, shop_url: str, form: Mapping[str, str], refused: OutsideError, now: datetime, *, writes: bool
) -> dict[str, str]:
    if not app.client_id or not app.client_secret:
        raise NeedsAttention("this installation has no app at Shopify", reason="app_missing")
    whole = {"client_id": app.client_id, "client_secret": app.client_secret, **form}
    reply = Http(shop_url).request("POST", _PATH, writes=writes, form=whole, headers={"Accept": "application/json"})
    if reply.status in (401, 403):
        raise NeedsAttention("Shopify refuses the app's own keys", reason="app_refused", status=reply.status)
    if reply.status == 404:
        raise NeedsAttention("there is no such shop", reason="shop_not_found")
    if reply.status != 200:
        raise refused
    answer = reply.json(wrote=writes)
    if not isinstance(answer, dict):
        raise unreadable("access_token")
    return _secrets_from(answer, now)


def _secrets_from(answer: Mapping[str, Any], now: datetime) -> dict[str, str]:
    secrets = {"access_token": _text(answer, "access_token")}
    if answer.get("refresh_token"):
        secrets["refresh_token"] = _text(answer, "refresh_token")
        secrets["access_expires_at"] = _end(answer, "expires_in", now)
        secrets["refresh_expires_at"] = _end(answer, "refresh_token_expires_in", now)
    return secrets


def _text(answer: Mapping[str, Any], key: str) -> str:
    found = answer.get(key)
    if not isinstance(found, str) or not found:
        raise unreadable(key)
    return found


def _end(answer: Mapping[str, Any], key: str, now: datetime) -> str:
    seconds = answer.get(key)
    if type(seconds) is not int or not 0 < seconds < 10**9:
        raise unreadable(key)
    return (now + timedelta(seconds=seconds)).isoformat()
