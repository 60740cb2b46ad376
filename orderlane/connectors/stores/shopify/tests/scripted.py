"""A shop on loopback that says exactly what a test tells it to, however wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from orderlane.connectors.tests.loopback import Answer, Received, loopback


class ScriptedShop:
    """Where the shop is, what it still has to say, and what it was asked."""

    def __init__(self, answers: list[Answer]) -> None:
        self.url = ""
        self.answers = answers
        self.received: list[Received] = []

    def answer(self, request: Received) -> Answer:
        """Give the next answer."""
        self.received.append(request)
        return self.answers.pop(0)

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The body of each request so far."""
        return [request.json() for request in self.received]

    @property
    def variables(self) -> list[dict[str, Any]]:
        """The variables of each request so far."""
        return [body["variables"] for body in self.asked]


@contextmanager
def shop(*answers: object) -> Iterator[ScriptedShop]:
    """Run a shop that gives these answers, in this order; anything but an Answer is the JSON of a good one."""
    scripted = ScriptedShop([said if isinstance(said, Answer) else Answer(payload=said) for said in answers])
    with loopback(scripted.answer) as server:
        scripted.url = f"{server.url}/shopify/maison-lumen.myshopify.com"
        yield scripted
