"""The webhook door: verify, store, answer. Nothing is understood here, and nobody outside is called.

Platforms allow as little as 1,250 ms and count refusals against the whole app, so a message is answered
200 as soon as it is committed, whatever it says. Only a signature that does not hold is answered 401. What a
disconnected store still sends is neither stored nor refused.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orderlane.api import senders
from orderlane.inbox.actions.store_message import store_message
from orderlane.kernel import clock
from orderlane.kernel.errors import OutsideError
from orderlane.ports import registry
from orderlane.ports.accounts import ForgedWebhook, UnreadableWebhook, WebhookEvent, WebhookSubject
from orderlane.ports.capabilities import StoreCapability
from orderlane.tenants.scope import acting_for

MAX_BODY_BYTES = 5 * 1024 * 1024
"""A larger body is answered 413; no platform's order comes near it."""


@csrf_exempt
@require_POST
def store_webhook(request: HttpRequest, store_id: UUID) -> HttpResponse:
    """A message from a connected store."""
    return _receive(request, store_id, senders.store)


@csrf_exempt
@require_POST
def platform_webhook(request: HttpRequest, platform: str) -> HttpResponse:
    """A message at the common door of a platform, which names its store in the message itself.

    A store may be connected by several organizations: each gets the message. One that nobody knows (any
    more) is answered 200, because platforms count refusals against all stores of the app together.
    """
    connector = registry.stores().get(platform)
    if connector is None or StoreCapability.COMMON_WEBHOOK_DOOR not in connector.capabilities:
        return _answer(404)
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
        return _answer(413)
    try:
        store_id = connector.addressee(dict(request.headers.items()), request.body)
    except RequestDataTooBig:
        return _answer(413)
    except (ForgedWebhook, UnreadableWebhook):
        return _answer(401)
    named = senders.stores_named(platform, store_id)
    told = {_receive(request, connection_id, senders.store).status_code for connection_id in named}
    # Each organization may have an app of its own there: what only some of them can verify is not forged.
    unfinished = told - {200, 401} if 200 in told else told
    return _answer(max(unfinished, default=200))


@csrf_exempt
@require_POST
def payment_webhook(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """A message from a payment provider about a supplier's account."""
    return _receive(request, account_id, senders.payment_account)


def _receive(request: HttpRequest, connection_id: UUID, look_up: senders.LookUp) -> HttpResponse:
    sender = senders.known(connection_id, look_up)
    if sender is None:
        return _answer(404)
    if not sender.listening:
        return _answer(200)
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
        return _answer(413)
    now = clock.now()
    unreadable = ""
    try:
        body = request.body
        event = _verified(sender, dict(request.headers.items()), body, look_up, now)
    except RequestDataTooBig:
        return _answer(413)
    except ForgedWebhook:
        return _answer(401)
    except OutsideError:
        # The provider's certificate could not be fetched: nothing is known to be forged, so it may come again.
        return _answer(503)
    except UnreadableWebhook as problem:
        unreadable = problem.reason
        event = WebhookEvent(f"unreadable:{hashlib.sha256(body).hexdigest()}", "unreadable")
    is_store = sender.source in registry.stores()
    with acting_for(sender.organization_id, f"webhook:{sender.source}"):
        store_message(
            organization_id=sender.organization_id,
            connection_id=connection_id,
            source=sender.source,
            event=event,
            body=body,
            job_name=job_for(event.subject, is_store=is_store, supplier=sender.supplier),
            now=now,
            unreadable=unreadable,
        )
    return _answer(200)


def _verified(
    sender: senders.Sender, headers: dict[str, str], body: bytes, look_up: senders.LookUp, now: datetime
) -> WebhookEvent:
    """What the message says; a signature that does not hold is tried once more with the secrets of this moment."""
    try:
        return sender.connector().verify_webhook(headers, body, now)
    except ForgedWebhook:
        senders.forget(sender.connection_id)
        fresh = senders.known(sender.connection_id, look_up)
        if fresh is None or fresh == sender:
            raise
        return fresh.connector().verify_webhook(headers, body, now)


def job_for(subject: WebhookSubject, *, is_store: bool, supplier: bool) -> str:
    """Which job understands a message, from who sent it and what it is about."""
    if not is_store:
        return "payments.receive_message"
    if subject is WebhookSubject.CONNECTION:
        return "stores.receive_uninstall"
    if supplier:
        return "shipping.receive_message"
    if subject is WebhookSubject.FULFILLMENT_REQUEST:
        return "shipping.receive_request"
    return "orders.receive_message"


def _answer(status: int) -> HttpResponse:
    return HttpResponse(status=status)
