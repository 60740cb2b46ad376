"""The Content-Security-Policy: nothing inline, nothing from another host except pictures of goods."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence


def policy(payment_page_hosts: Iterable[str], picture_sources: Iterable[str]) -> str:
    """Build the header.

    ``form-action`` lists the payment pages too, because browsers apply it to the redirect that answers a form:
    https://developer.mozilla.org/docs/Web/HTTP/Headers/Content-Security-Policy/form-action
    """
    directives = {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "https:", *sorted(picture_sources)],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", *sorted(payment_page_hosts)],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
    return _written(directives)


def public_policy(style: str, *, framed: bool = False) -> str:
    """Build the header of a page for a retailer's customers: no script, no form, no other host.

    ``style`` is the one inline style sheet, allowed by its hash. ``framed``: our own pages may show it in a frame.
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return _written(
        {
            "default-src": ["'none'"],
            "style-src": ["'self'", f"'sha256-{digest}'"],
            "img-src": ["'self'", "data:"],
            "form-action": ["'none'"],
            "frame-ancestors": ["'self'" if framed else "'none'"],
            "base-uri": ["'none'"],
        }
    )


def _written(directives: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
