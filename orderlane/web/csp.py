"""The Content-Security-Policy: nothing inline, nothing from another host except pictures of goods."""

from __future__ import annotations

from collections.abc import Iterable


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
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
