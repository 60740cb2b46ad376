"""Fingerprints of plain content."""

from __future__ import annotations

import hashlib
import json


def content_hash(content: object) -> str:
    """A fingerprint of what was told, shown, charged or sent: the same content always has the same one."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
