"""Identifiers: time-ordered UUIDs for rows, and random secrets for links."""

from __future__ import annotations

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a UUIDv7: unique across installations, and ordered by time so that indexes stay compact."""
    return uuid7()


def new_secret() -> str:
    """Return an unguessable URL-safe token of 256 bits, for invitation links and webhook addresses."""
    return secrets.token_urlsafe(32)
