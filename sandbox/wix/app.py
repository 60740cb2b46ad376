"""The one app of all simulated sites: its secret, its tokens, the keys that sign its webhooks."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.core.world import World
from sandbox.wix.seed import APP_ID, APP_SECRET

TOKEN_SECONDS = 14_400


@dataclass(frozen=True)
class SigningKey:
    """A key pair, as PEM."""

    private: str
    public: str


@cache
def signing_key(generation: int) -> SigningKey:
    """The app's key of this generation. Made once per process, when first needed: it takes a while."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return SigningKey(private.decode(), public.decode())


class WixApp:
    """The app as its developer keeps it in Wix's dashboard."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.reset()

    def reset(self) -> None:
        """Back to the seed."""
        self.client_id = APP_ID
        self.secret = APP_SECRET
        self.webhook_url = ""
        self.generation = 1
        self._tokens: dict[str, tuple[str, datetime]] = {}

    @property
    def key(self) -> SigningKey:
        """What signs deliveries from now on."""
        return signing_key(self.generation)

    def grant(self, instance_id: str) -> str:
        """A new access token for one instance."""
        token = f"OauthNG.JWS.{self._world.ids.uuid(f'wix:token:{instance_id}').replace('-', '')}"
        self._tokens[token] = (instance_id, self._world.clock.now() + timedelta(seconds=TOKEN_SECONDS))
        return token

    def instance_of(self, token: str) -> str:
        """Whose token this is; nobody's when it is unknown or has ended."""
        instance_id, ends = self._tokens.get(token, ("", self._world.clock.now()))
        return instance_id if ends > self._world.clock.now() else ""

    def revoke(self, instance_id: str) -> None:
        """End every token of an instance."""
        self._tokens = {token: held for token, held in self._tokens.items() if held[0] != instance_id}

    def signed_instance(self, instance_id: str, site_owner: str) -> str:
        """The signed instance of a redirect: ``signature.data`` with the app's secret."""
        content = {
            "instanceId": instance_id,
            "appDefId": self.client_id,
            "signDate": self._world.clock.now().isoformat().replace("+00:00", "Z"),
            "siteOwnerId": site_owner,
            "permissions": "OWNER",
        }
        written = _encoded(json.dumps(content).encode())
        return f"{_encoded(hmac.new(self.secret.encode(), written.encode(), hashlib.sha256).digest())}.{written}"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
