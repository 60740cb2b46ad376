"""How people get an account: by invitation only."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Nobody signs up by themselves: a member is invited by an organization or made by the operator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return that the public sign-up page is closed."""
        return False
