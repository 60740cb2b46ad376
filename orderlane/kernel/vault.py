"""Seal small secrets for storing: AES-GCM, the key's id in front, bound to the row it belongs to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from orderlane.kernel.errors import OrderlaneError

_NONCE_BYTES = 12


class VaultError(OrderlaneError):
    """A sealed secret cannot be opened: its key is missing, or it was moved to another row or altered."""

    reason = "vault"


class Vault:
    """Seals and opens with named keys; the first seals, all open (so that keys can be rotated)."""

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        if not keys:
            raise VaultError("no vault key is configured")
        self._keys = dict(keys)
        self._newest = keys[0][0]

    def seal(self, secrets: Mapping[str, str], context: str) -> bytes:
        """Encrypt ``secrets``; ``context`` (organization, table, row) must be given again to open them."""
        nonce = os.urandom(_NONCE_BYTES)
        plain = json.dumps(dict(secrets), sort_keys=True).encode()
        cipher = AESGCM(self._keys[self._newest]).encrypt(nonce, plain, context.encode())
        return self._newest.encode() + b":" + nonce + cipher

    def open(self, sealed: bytes, context: str) -> dict[str, str]:
        """Decrypt what :meth:`seal` made for the same ``context``; raise VaultError otherwise."""
        key_id, _, rest = bytes(sealed).partition(b":")
        key = self._keys.get(key_id.decode(errors="replace"))
        if key is None:
            raise VaultError("the key of this secret is not configured", reason="vault_key_missing")
        try:
            plain = AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], context.encode())
        except InvalidTag as error:
            raise VaultError("this secret does not belong here or was altered", reason="vault_altered") from error
        return {str(name): str(value) for name, value in json.loads(plain).items()}
