"""The tokens of the app in one store: the pasted one that never ends, and expiring ones with rotating refresh tokens.

https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.shopify.store import Store

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 90 * 24 * 3600


@dataclass(eq=False)
class RefreshToken:
    """One refresh token; it stays good until the one that replaced it is used."""

    text: str
    ends_at: datetime
    replaced: "RefreshToken | None" = None
    good: bool = True


class Tokens:
    """Codes, access tokens and refresh tokens of one store."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self.codes: dict[str, tuple[str, ...]] = {}
        self._access: dict[str, datetime | None] = {store.seed["access_token"]: None}
        self._refresh: dict[str, RefreshToken] = {}

    def accepts(self, token: str | None) -> bool:
        """Whether a call with this token may come in."""
        if token not in self._access:
            return False
        ends_at = self._access[token]
        return ends_at is None or self._store.world.clock.now() < ends_at

    def new_code(self, scopes: tuple[str, ...]) -> str:
        """A code that can be exchanged once."""
        code = self._store.world.ids.uuid("shopify:code").replace("-", "")
        self.codes[code] = scopes
        return code

    def exchange(self, code: str, expiring: bool) -> dict[str, Any] | None:
        """Tokens for a code; the app is installed from now on. None for a code that was used or never was."""
        scopes = self.codes.pop(code, None)
        if scopes is None:
            return None
        store = self._store
        store.installed = True
        store.scopes = list(scopes)
        store.write("app.installed", scopes=list(scopes))
        return self._issue(None, expiring)

    def refresh(self, text: str) -> dict[str, Any] | None:
        """A new pair for a refresh token; None when it is used up, too old or unknown."""
        used = self._refresh.get(text)
        if used is None or not used.good or self._store.world.clock.now() >= used.ends_at:
            return None
        if used.replaced is not None:
            used.replaced.good = False
        self._store.write("token.refreshed")
        return self._issue(used, True)

    def expire(self) -> None:
        """Every expiring access token ends now, as after an hour."""
        for text, ends_at in self._access.items():
            if ends_at is not None:
                self._access[text] = self._store.world.clock.now()

    def revoke(self) -> None:
        """The app was removed: nothing opens the store any more."""
        self.codes.clear()
        self._access.clear()
        self._refresh.clear()

    def _issue(self, used: RefreshToken | None, expiring: bool) -> dict[str, Any]:
        now = self._store.world.clock.now()
        access = f"shpat_{self._store.world.ids.uuid('shopify:token').replace('-', '')}"
        answer: dict[str, Any] = {"access_token": access, "scope": ",".join(self._store.scopes)}
        if not expiring:
            self._access[access] = None
            return answer
        self._access[access] = now + timedelta(seconds=ACCESS_SECONDS)
        text = f"shprt_{self._store.world.ids.uuid('shopify:token').replace('-', '')}"
        self._refresh[text] = RefreshToken(text, now + timedelta(seconds=REFRESH_SECONDS), used)
        return {
            **answer,
            "expires_in": ACCESS_SECONDS,
            "refresh_token": text,
            "refresh_token_expires_in": REFRESH_SECONDS,
        }
