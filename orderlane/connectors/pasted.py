"""What people paste to name their store: mostly the address of the page they are looking at. Pure."""

from __future__ import annotations

import re
from typing import Final

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_REST: Final = re.compile(r"[?#].*", re.DOTALL)


def host_and_path_typed(typed: str) -> tuple[str, str]:
    """Take a pasted address apart: its host in small letters, its path without slashes at the ends; no query."""
    bare = _REST.sub("", _SCHEME.sub("", typed.strip(), count=1))
    host, _, path = bare.partition("/")
    return host.strip().casefold().removesuffix("."), path.strip("/ ")


def found_in(typed: str, *patterns: str) -> str:
    """Return what the first fitting pattern's group finds in what was typed, in small letters; else all of it."""
    for pattern in patterns:
        if found := re.search(pattern, typed.strip(), re.IGNORECASE):
            return found[1].lower()
    return typed.strip().lower()
