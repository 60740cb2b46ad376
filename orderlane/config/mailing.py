"""The mail server, from one address: ``smtp://user:password@host:587`` (STARTTLS) or ``smtps://…:465``."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where messages are handed over; without a host they are only printed."""

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    secure: bool = False

    @property
    def backend(self) -> str:
        """Django's backend for it."""
        return f"django.core.mail.backends.{'smtp' if self.host else 'console'}.EmailBackend"

    @property
    def starts_tls(self) -> bool:
        """A user name and password are never sent in the clear."""
        return bool(self.user) and not self.secure


def mail_server(url: str) -> MailServer:
    """Read ORDERLANE_EMAIL_URL; raises ValueError for an address that is neither ``smtp`` nor ``smtps``."""
    if not url:
        return MailServer()
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("ORDERLANE_EMAIL_URL must look like smtp://user:password@host:587 or smtps://...")
    secure = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=parts.port or (465 if secure else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        secure=secure,
    )
