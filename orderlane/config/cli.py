"""The command line ``orderlane``."""

from __future__ import annotations

import os
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the process's exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderlane.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["orderlane manage", *(words[1:] if words[:1] == ["manage"] else words)])
    return 0
