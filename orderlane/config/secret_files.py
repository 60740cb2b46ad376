"""The installation's secrets: given by the environment, else made once and kept in the data folder."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from orderlane.config.environment import Environment

KEY_BYTES = 32
SECRET_KEY_FILE = "secret_key"  # noqa: S105 - a file's name
VAULT_KEYS_FILE = "vault_keys"


class BadSecret(ValueError):
    """A secret is too short or not base64; the message names where it came from, never the value."""


def secret_key(env: Environment) -> str:
    """Return the key that signs sessions and links, made in the data folder when ORDERLANE_SECRET_KEY is unset."""
    key = env.secret_key or _kept(env.home / SECRET_KEY_FILE, lambda: secrets.token_urlsafe(64))
    if len(key) < 50:
        raise BadSecret(f"{_source(env.secret_key, 'ORDERLANE_SECRET_KEY', SECRET_KEY_FILE)} is shorter than 50 signs")
    return key


def vault_keys(env: Environment) -> list[tuple[str, bytes]]:
    """Return the credential vault's keys as (key id, 32 bytes), newest first; the first one seals, all open.

    A key's id is derived from the key, so that rotating is only putting a new key in front.
    """
    text = env.vault_keys or _kept(env.home / VAULT_KEYS_FILE, new_vault_key)
    source = _source(env.vault_keys, "ORDERLANE_VAULT_KEYS", VAULT_KEYS_FILE)
    keys = [_decode(each, source) for each in text.replace("\n", ",").split(",") if each.strip()]
    if not keys:
        raise BadSecret(f"{source} holds no key")
    return [(hashlib.sha256(b"vault key id" + key).hexdigest()[:12], key) for key in keys]


def new_vault_key() -> str:
    """Return a fresh key of the credential vault, 32 bytes in base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def _decode(text: str, source: str) -> bytes:
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error as error:
        raise BadSecret(f"{source} holds a key that is not base64") from error
    if len(key) != KEY_BYTES:
        raise BadSecret(f"{source} holds a key of {len(key)} bytes; each must have {KEY_BYTES}")
    return key


def _source(given: str, variable: str, file: str) -> str:
    return variable if given else f"the file {file} in the data folder"


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Return what ``path`` holds, writing it first when absent; several processes starting at once agree on one."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(make() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link fails when the name is taken, unlike a rename: whoever comes first wins, whole.
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()
