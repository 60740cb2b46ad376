"""What a process of ours writes to its log: warnings and faults, each with the number of the request it belongs to."""

from __future__ import annotations

import logging
from typing import Any


class NamesRequest(logging.Filter):
    """Adds the number that the page about a fault shows to the record of that fault; a dash where there is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record."""
        record.request_id = getattr(getattr(record, "request", None), "request_id", "-")
        return True


def logging_settings() -> dict[str, Any]:
    """Everything goes to stderr, which the supervisor keeps in a file per process."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request": {"()": NamesRequest}},
        "formatters": {"line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        # A stranger's wrong address is no news; a fault is, with its traceback.
        "loggers": {"django.request": {"level": "ERROR"}},
    }
