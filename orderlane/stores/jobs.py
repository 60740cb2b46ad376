"""Jobs of the stores room."""

from __future__ import annotations

from datetime import datetime

from orderlane.inbox.models import InboundMessage
from orderlane.inbox.reading import read_message
from orderlane.jobs.queue import job
from orderlane.stores.effects.lost_access import check_access

_ACTOR = "job:stores"


@job("stores.receive_uninstall")
def receive_uninstall(message_id: str) -> None:
    """A store says that it removed us (or a late or forged message does): ask it."""
    read_message(message_id, _check, actor=_ACTOR)


def _check(message: InboundMessage, now: datetime) -> None:
    check_access(message.organization_id, message.connection_id, actor=_ACTOR, now=now)
