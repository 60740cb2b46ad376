"""Jobs of the stores room."""

from __future__ import annotations

from orderlane.inbox.actions.finish_message import finish_message
from orderlane.inbox.models import InboundMessage
from orderlane.jobs.queue import job
from orderlane.kernel import clock
from orderlane.stores.effects.lost_access import check_access
from orderlane.tenants.scope import acting_for, system_scope

_ACTOR = "job:stores"


@job("stores.receive_uninstall")
def receive_uninstall(message_id: str) -> None:
    """A store says that it removed us (or a late or forged message does): ask it."""
    with system_scope(_ACTOR):
        message: InboundMessage = InboundMessage.objects.get(pk=message_id)
    now = clock.now()
    check_access(message.organization_id, message.connection_id, actor=_ACTOR, now=now)
    with acting_for(message.organization_id, _ACTOR):
        finish_message(message.pk, now=now)
