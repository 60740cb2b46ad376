"""Choosing another password, within the frame of the organization one works for."""

from __future__ import annotations

from allauth.account.views import PasswordChangeView
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase

from orderlane.web.navigation import shell_for
from orderlane.web.visit import find_visit

_CHANGE = PasswordChangeView.as_view(extra_context={"settings_tab": "password"})


@login_required
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Show and take the form; who belongs to no organization sees it without the frame."""
    visit = find_visit(request)
    if visit is not None:
        with visit.scope():
            request.shell = shell_for(visit.membership, request.path)  # type: ignore[attr-defined]  # ours
    answer: HttpResponseBase = _CHANGE(request)
    return answer
