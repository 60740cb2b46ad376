"""Every environment variable Orderlane reads, in one place, with its default and meaning."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def _count(name: str) -> int:
    text = os.environ.get(name, "").strip() or "0"
    if not text.isdecimal():
        raise ValueError(f"{name} must be a whole number such as 1, not {text!r}")
    return int(text)


@dataclass(frozen=True, slots=True)
class Environment:
    """The installation's settings as read from the process environment."""

    home: Path
    """Data folder: embedded database, secret key, files. ORDERLANE_HOME."""
    database_url: str
    """A real PostgreSQL server; empty means Orderlane runs its own. DATABASE_URL."""
    secret_key: str
    """Signs sessions and links; generated into the data folder when unset. ORDERLANE_SECRET_KEY."""
    vault_keys: str
    """Comma-separated base64 keys of the credential vault, newest first. ORDERLANE_VAULT_KEYS."""
    base_url: str
    """Where browsers and platforms reach this installation. ORDERLANE_URL."""
    trusted_proxies: int
    """Proxies of ours in front of the web server; so many last entries of X-Forwarded-For are believed.
    ORDERLANE_TRUSTED_PROXIES."""
    debug: bool
    reachable_networks: Sequence[str]
    """Private networks that a shop's address may lead into although a member typed it: none, outside of
    rehearsals. ORDERLANE_REACHABLE_NETWORKS, comma-separated."""
    paypal_live_url: str
    paypal_test_url: str
    stripe_url: str
    payment_page_hosts: str
    """Comma-separated hosts a payer may be sent to. ORDERLANE_PAYMENT_PAGE_HOSTS."""
    picture_sources: str
    """Comma-separated sources of product pictures besides https: ones. ORDERLANE_PICTURE_SOURCES."""
    email_url: str
    support_email: str


@dataclass(frozen=True, slots=True)
class PlatformSettings:
    """Where a platform's API lives, and the operator's own app there, as far as one is registered."""

    api_url: str
    """API address of a store; ``{domain}`` is replaced by the store's id. ORDERLANE_<PLATFORM>_URL."""
    auth_url: str
    """Where the platform's install flow lives; ``{domain}`` is replaced. ORDERLANE_<PLATFORM>_AUTH_URL."""
    client_id: str
    """ORDERLANE_<PLATFORM>_CLIENT_ID."""
    client_secret: str = field(repr=False)
    """ORDERLANE_<PLATFORM>_CLIENT_SECRET."""
    public_key_files: Sequence[str]
    """Files with the PEM keys that sign the platform's webhooks. ORDERLANE_<PLATFORM>_PUBLIC_KEYS, comma-separated."""


def platform(name: str, api_url: str, auth_url: str) -> PlatformSettings:
    """Where a store platform lives, and the operator's own app there; the addresses are its own unless set."""
    get, prefix = os.environ.get, f"ORDERLANE_{name.upper()}"
    return PlatformSettings(
        api_url=get(f"{prefix}_URL", api_url),
        auth_url=get(f"{prefix}_AUTH_URL", auth_url).rstrip("/"),
        client_id=get(f"{prefix}_CLIENT_ID", ""),
        client_secret=get(f"{prefix}_CLIENT_SECRET", ""),
        public_key_files=[path for path in get(f"{prefix}_PUBLIC_KEYS", "").split(",") if path],
    )


def read() -> Environment:
    """Read the process environment."""
    get = os.environ.get
    return Environment(
        home=Path(get("ORDERLANE_HOME", "var")).resolve(),
        database_url=get("DATABASE_URL", ""),
        secret_key=get("ORDERLANE_SECRET_KEY", ""),
        vault_keys=get("ORDERLANE_VAULT_KEYS", ""),
        base_url=get("ORDERLANE_URL", "http://127.0.0.1:8000").rstrip("/"),
        trusted_proxies=_count("ORDERLANE_TRUSTED_PROXIES"),
        debug=_flag("ORDERLANE_DEBUG"),
        reachable_networks=[
            each.strip() for each in get("ORDERLANE_REACHABLE_NETWORKS", "").split(",") if each.strip()
        ],
        paypal_live_url=get("ORDERLANE_PAYPAL_LIVE_URL", "https://api-m.paypal.com"),
        paypal_test_url=get("ORDERLANE_PAYPAL_TEST_URL", "https://api-m.sandbox.paypal.com"),
        stripe_url=get("ORDERLANE_STRIPE_URL", "https://api.stripe.com"),
        payment_page_hosts=get(
            "ORDERLANE_PAYMENT_PAGE_HOSTS", "www.paypal.com,www.sandbox.paypal.com,checkout.stripe.com"
        ),
        picture_sources=get("ORDERLANE_PICTURE_SOURCES", ""),
        email_url=get("ORDERLANE_EMAIL_URL", ""),
        support_email=get("ORDERLANE_SUPPORT_EMAIL", ""),
    )
