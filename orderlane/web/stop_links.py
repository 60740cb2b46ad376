"""The link in each e-mail that stops its kind without a sign-in: signed, so that nobody stops another's."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from orderlane.members.models import Membership
from orderlane.notifications.models import MailKind

_SALT = "orderlane.notifications.stop"


def stop_url(membership: Membership, kind: MailKind) -> str:
    """The address that stops one kind of e-mail to one member about one organization. It holds for ever."""
    token = signing.dumps({"m": str(membership.pk), "k": kind.value}, salt=_SALT)
    return settings.BASE_URL + reverse("stop_mails", args=[token])


def read_stop_token(token: str) -> tuple[Membership, MailKind] | None:
    """Whose e-mails of which kind a link stops; None when it is not ours or the membership has ended."""
    try:
        told = signing.loads(token, salt=_SALT)
        kind = MailKind(told["k"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None
    rows = Membership.objects.filter(pk=told["m"]).select_related("member", "organization")
    membership = rows.first()
    return (membership, kind) if membership is not None else None
