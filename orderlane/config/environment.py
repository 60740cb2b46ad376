"""Every environment variable Orderlane reads, in one place, with its default and meaning."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


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
    debug: bool
    shopify_url: str
    """Admin API address of a shop; ``{domain}`` is replaced. ORDERLANE_SHOPIFY_URL."""
    ecwid_url: str
    """REST API address of an Ecwid store; ``{domain}`` is replaced by its number. ORDERLANE_ECWID_URL."""
    paypal_live_url: str
    paypal_test_url: str
    stripe_url: str
    payment_page_hosts: str
    """Comma-separated hosts a payer may be sent to. ORDERLANE_PAYMENT_PAGE_HOSTS."""
    picture_sources: str
    """Comma-separated sources of product pictures besides https: ones. ORDERLANE_PICTURE_SOURCES."""
    email_url: str
    support_email: str


def read() -> Environment:
    """Read the process environment."""
    get = os.environ.get
    return Environment(
        home=Path(get("ORDERLANE_HOME", "var")).resolve(),
        database_url=get("DATABASE_URL", ""),
        secret_key=get("ORDERLANE_SECRET_KEY", ""),
        vault_keys=get("ORDERLANE_VAULT_KEYS", ""),
        base_url=get("ORDERLANE_URL", "http://127.0.0.1:8000").rstrip("/"),
        debug=_flag("ORDERLANE_DEBUG"),
        shopify_url=get("ORDERLANE_SHOPIFY_URL", "https://{domain}"),
        ecwid_url=get("ORDERLANE_ECWID_URL", "https://app.ecwid.com/api/v3/{domain}"),
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
