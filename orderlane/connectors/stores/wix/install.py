"""Installing our app on a Wix site: the external install flow.

https://dev.wix.com/docs/build-apps/launch-your-app/app-distribution/install-your-app/about-the-external-install-flow
There is no code to exchange: Wix tells which instance was made, and the app's own secret opens it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from orderlane.connectors.reading import parse_moment
from orderlane.connectors.stores.wix.reading import is_guid
from orderlane.ports.accounts import CredentialField, PlatformApp
from orderlane.ports.installs import Installed, InstallRefused

MAX_AGE: Final = timedelta(minutes=30)
"""How old the signed instance of a returning browser may be."""


class WixInstall:
    """Sends a person to Wix's app installer, and takes back the instance that Wix has signed for us."""

    typed_fields: ClassVar[Sequence[CredentialField]] = ()
    scopes: ClassVar[Sequence[str]] = (
        "ECOM.READ_ORDERS",
        "ECOM.CREATE_ORDERS",
        "ECOM.READ_FULFILLMENTS",
        "ECOM.MODIFY_FULFILLMENTS",
        "ECOM.READ_TRANSACTIONS",
        "ECOM.MODIFY_TRANSACTIONS",
        "STORES.PRODUCT_READ",
        "STORES.INVENTORY_READ",
        "WIX_DEVELOPERS.MANAGE_APP_INSTANCE",
    )

    returns_state: ClassVar[bool] = True

    def __init__(self, app: PlatformApp) -> None:
        self._app = app

    def authorize_url(self, typed: Mapping[str, str], state: str, redirect_url: str) -> str:
        """Where the person's browser goes to agree; the permissions stand in the app's own settings."""
        back = f"{redirect_url}{'&' if '?' in redirect_url else '?'}{urlencode({'state': state})}"
        asked = urlencode({"appId": self._app.client_id, "postInstallationUrl": back})
        return f"{self._app.auth_url.rstrip('/')}/app-installer?{asked}"

    def finish(self, query: Mapping[str, str], redirect_url: str, now: datetime) -> Installed:
        """Check that Wix signed the instance for our app; raise InstallRefused when it did not.

        The plain ``instanceId`` beside it proves nothing: with the app's secret it would open any site that has
        our app, so whoever guessed one would be given somebody else's store.
        """
        signed = self._signed_instance(query.get("signedInstance", ""))
        instance = str(signed.get("instanceId") or "").lower()
        if not is_guid(instance) or query.get("instanceId", instance).lower() != instance:
            raise InstallRefused("the signed instance is not the one named")
        if query.get("appId", self._app.client_id) != self._app.client_id:
            raise InstallRefused("installed another app")
        signed_at = parse_moment(str(signed.get("signDate") or ""))
        if signed_at is None or abs(now - signed_at) > MAX_AGE:
            raise InstallRefused("signed too long ago")
        return Installed(instance, {"instance_id": instance})

    def _signed_instance(self, written: str) -> Mapping[str, Any]:
        """Read ``signature.data``: base64 without padding, HMAC-SHA256 of the data's text with the app's secret."""
        signature, _, content = written.partition(".")
        expected = hmac.new(self._app.client_secret.encode(), content.encode(), hashlib.sha256).digest()
        try:
            given = _decoded(signature)
            if not self._app.client_secret or not hmac.compare_digest(given, expected):
                raise InstallRefused("Wix did not sign this instance")
            found = json.loads(_decoded(content))
        except (ValueError, binascii.Error, RecursionError) as error:
            raise InstallRefused("the signed instance cannot be read") from error
        if not isinstance(found, dict):
            raise InstallRefused("the signed instance cannot be read")
        return found


def _decoded(written: str) -> bytes:
    return base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
