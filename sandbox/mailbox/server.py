"""Takes messages over SMTP, as a provider's server would, and keeps them where people and tests can read them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.core.faults import Mode
from sandbox.core.world import World

HOST = "127.0.0.1"
SYSTEM, OPERATION = "mailbox", "message"
MOST_KEPT = 500


@dataclass(frozen=True)
class Received:
    """One message as it arrived."""

    id: int
    at: str
    sender: str
    recipients: list[str]
    message: EmailMessage = field(repr=False)

    @property
    def subject(self) -> str:
        """What the reader sees first."""
        return str(self.message["Subject"] or "")

    def part(self, kind: str) -> str:
        """The body of one kind (`plain`, `html`); empty when the message has none."""
        found = self.message.get_body((kind,))
        return str(found.get_content()) if found is not None else ""

    def as_json(self) -> dict[str, object]:
        """The message as plain JSON values."""
        return {
            "id": self.id,
            "at": self.at,
            "from": self.sender,
            "to": self.recipients,
            "subject": self.subject,
            "headers": {name: str(value) for name, value in self.message.items()},
            "plain": self.part("plain"),
            "html": self.part("html"),
        }


class Mailbox:
    """Every message since the start, and the server they come in by."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.received: list[Received] = []
        self.url = ""
        """Where the server listens, as `smtp://host:port`; empty while it does not."""

    def reset(self) -> None:
        """Forget every message."""
        self.received = []

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Take messages while the sandbox runs."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(self, hostname="sandbox", loop=loop), HOST, self._world.settings.smtp_port
        )
        self.url = f"smtp://{HOST}:{server.sockets[0].getsockname()[1]}"
        try:
            yield
        finally:
            server.close()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Take one message, under the faults switched on for it; the answer is what the sender reads."""
        modes = (Mode.BROKEN, Mode.UNAVAILABLE, Mode.RESET, Mode.RESET_AFTER, Mode.TIMEOUT_AFTER)
        fired = {fault.mode for fault in self._world.faults.take(SYSTEM, OPERATION, *modes)}
        if Mode.BROKEN in fired:
            return "550 5.1.1 no such mailbox"
        if Mode.UNAVAILABLE in fired:
            return "451 4.3.0 try again later"
        if Mode.RESET not in fired:
            self._keep(envelope)
        if fired and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 2.0.0 taken"

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content or "").encode()
        message = message_from_bytes(raw, policy=default)
        entry = self._world.journal.write(
            SYSTEM,
            "mail.received",
            to=list(envelope.rcpt_tos),
            subject=str(message["Subject"] or ""),
            message_id=str(message["Message-ID"] or ""),
        )
        kept = Received(entry.seq, entry.at, str(envelope.mail_from), list(envelope.rcpt_tos), message)
        self.received = [*self.received[-MOST_KEPT + 1 :], kept]
