"""How people get an account (by invitation only), and how often somebody may try to get into one."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from django.http import HttpRequest
from django.utils.translation import get_language

from orderlane.web.mail import send_reset_link

FAILED_FROM_CLIENT = "login_failed_from_client"
"""The rate in ACCOUNT_RATE_LIMITS that counts failures per e-mail address and client."""


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Nobody signs up by themselves; and a stranger's guesses do not lock the owner of the address out.

    Failed sign-ins are counted per address *and* client; what allauth counts per address alone comes much later.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return that the public sign-up page is closed."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse after too many failures, before the password is looked at."""
        key = self._client_key(request, credentials.get("email", ""))
        if not ratelimit.consume(request, action=FAILED_FROM_CLIENT, key=key, dry_run=True):
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the failure."""
        key = self._client_key(request, credentials.get("email", ""))
        ratelimit.consume(request, action=FAILED_FROM_CLIENT, key=key)

    def set_password(self, user: Any, password: str) -> None:
        """Forget this client's failures: who may set the password need not wait to use it."""
        super().set_password(user, password)
        ratelimit.clear(self.request, action=FAILED_FROM_CLIENT, key=self._client_key(self.request, user.email))

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Write to the member in the member's own language, whoever's browser asked for the link."""
        send_reset_link(email, context["password_reset_url"], language=user.language or get_language() or "en")

    def _client_key(self, request: HttpRequest, email: str) -> str:
        return f"{email.strip().lower()} {self.get_client_ip(request)}"
