"""Act on a stored message, then close it or set it aside: what every ``receive_…`` job does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from orderlane.inbox.actions.finish_message import finish_message, quarantine_message
from orderlane.inbox.models import InboundMessage
from orderlane.kernel import clock
from orderlane.kernel.errors import NeedsAttention
from orderlane.tenants.scope import acting_for, system_scope

Act = Callable[[InboundMessage, datetime], object]


def read_message(message_id: str, act: Act, *, actor: str, moot: str = "") -> None:
    """Run ``act`` on the message outside any scope; close the message, or quarantine it when a person is needed.

    ``moot`` is a reason for which nobody is needed: the message has nothing to say any more.

    Unavailable and surprises go on to the queue, which tries again; ``act`` must be safe to repeat.
    """
    with system_scope(actor):
        message: InboundMessage = InboundMessage.objects.get(pk=message_id)
    now = clock.now()
    try:
        act(message, now)
    except NeedsAttention as problem:
        if problem.reason != moot:
            with acting_for(message.organization_id, actor):
                quarantine_message(message.pk, problem.reason)
            return
    with acting_for(message.organization_id, actor):
        finish_message(message.pk, now=now)
