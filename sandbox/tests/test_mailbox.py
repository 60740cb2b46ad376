"""The mailbox takes what a mail server would take, refuses what it is told to refuse, and shows the rest."""

import smtplib
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.serving import RunningSandbox


def _send(sandbox: RunningSandbox, subject: str = "Trois commandes attendent") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "desk@lumen.example", "lea@lumen.example", subject
    message.set_content("Bonjour Léa")
    message.add_alternative("<p>Bonjour <b>Léa</b><script>alert(1)</script></p>", subtype="html")
    told = urlsplit(httpx.get(f"{sandbox.url}/seed.json").json()["mailbox"]["smtp_url"])
    with smtplib.SMTP(str(told.hostname), told.port or 0, timeout=5) as server:
        server.send_message(message)


def _messages(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = httpx.get(f"{sandbox.url}/mailbox/messages.json").json()["messages"]
    return told


def test_a_message_is_kept_and_shown_in_both_forms(shops: RunningSandbox) -> None:
    _send(shops)
    [message] = _messages(shops)
    assert (message["to"], message["subject"]) == (["lea@lumen.example"], "Trois commandes attendent")
    assert message["plain"].strip() == "Bonjour Léa"
    assert "<b>Léa</b>" in message["html"]
    assert "Trois commandes attendent" in httpx.get(f"{shops.url}/mailbox/").text
    page = httpx.get(f"{shops.url}/mailbox/{message['id']}").text
    assert "Bonjour Léa" in page
    assert "alert(1)" not in page
    html = httpx.get(f"{shops.url}/mailbox/{message['id']}/html")
    assert "script-src" not in html.headers["Content-Security-Policy"]
    assert "default-src 'none'" in html.headers["Content-Security-Policy"]
    assert httpx.get(f"{shops.url}/mailbox/999999").status_code == 404


@pytest.mark.parametrize(
    ("mode", "problem", "kept"),
    [
        ("500", smtplib.SMTPDataError, 0),
        ("503", smtplib.SMTPDataError, 0),
        ("reset", smtplib.SMTPServerDisconnected, 0),
        ("reset_after", smtplib.SMTPServerDisconnected, 1),
    ],
)
def test_its_faults_are_those_of_mail_servers(
    shops: RunningSandbox, mode: str, problem: type[Exception], kept: int
) -> None:
    httpx.post(f"{shops.url}/faults.json", json={"system": "mailbox", "operation": "message", "mode": mode})
    with pytest.raises(problem):
        _send(shops)
    assert len(_messages(shops)) == kept
    _send(shops, "Again")
    assert _messages(shops)[-1]["subject"] == "Again"
