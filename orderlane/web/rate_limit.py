"""How often one client may open pages that need no sign-in."""

from __future__ import annotations

import hashlib
from datetime import datetime

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

WINDOW_SECONDS = 60
MOST_PER_WINDOW = 60


def too_many(request: HttpRequest, what: str, *, now: datetime) -> bool:
    """Count this request; say whether its client has made too many of this kind within the minute.

    The count is shared by all web processes. Two requests at the very same moment may count as one.
    """
    client = hashlib.sha256(get_adapter(request).get_client_ip(request).encode()).hexdigest()
    key = f"visits:{what}:{client}:{int(now.timestamp()) // WINDOW_SECONDS}"
    if cache.add(key, 1, timeout=WINDOW_SECONDS):
        return False
    try:
        return cache.incr(key) > MOST_PER_WINDOW
    except ValueError:
        # It ended between the two lines.
        return False
