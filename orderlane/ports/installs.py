"""How an account is connected by the platform's own install flow (OAuth) instead of pasted credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol

from orderlane.kernel.errors import OrderlaneError
from orderlane.ports.accounts import CredentialField, PlatformApp


class InstallRefused(OrderlaneError):
    """The browser came back with something that does not belong to an install we started: nothing is connected."""

    reason = "install_refused"


@dataclass(frozen=True, slots=True)
class Installed:
    """What an install brought: which store, and the secrets that open it. Becomes an Account."""

    external_id: str
    secrets: Mapping[str, str] = field(repr=False)


class InstallFlow(Protocol):
    """One platform's install flow. ``state`` is made, bound to session and organization, and checked by the caller."""

    typed_fields: ClassVar[Sequence[CredentialField]]
    """What a person must say before the platform can be asked (Shopify: the shop's domain); empty when nothing."""
    scopes: ClassVar[Sequence[str]]
    """What the app asks for; checked at run time by ``identify``."""
    returns_state: ClassVar[bool]
    """False when the platform brings the browser back without our ``state``: then the session alone must know it."""

    def __init__(self, app: PlatformApp) -> None: ...

    def authorize_url(self, typed: Mapping[str, str], state: str, redirect_url: str) -> str:
        """Where the person's browser goes to agree; raises InstallRefused for what cannot be asked. No network."""
        ...

    def finish(self, query: Mapping[str, str], redirect_url: str, now: datetime) -> Installed:
        """Check the returning browser's query (signature, age, names) and exchange its code. Not safe to repeat.

        Raises InstallRefused when the query is not the platform's, and the four kinds of the call.
        """
        ...
