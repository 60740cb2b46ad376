"""A Wix on loopback that says exactly what a test tells it to, however wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from orderlane.connectors.stores.wix.tests.examples import account
from orderlane.connectors.tests.loopback import Answer, Received, loopback
from orderlane.ports.budgets import BudgetReport

TOKEN = Answer(payload={"access_token": "OauthNG.JWS.one", "token_type": "Bearer", "expires_in": 14_400})


@dataclass
class Counted:
    """A budget that only writes down what is asked of it."""

    taken: int = 0
    exhausted_for: list[float] = field(default_factory=list)

    def take(self, cost: float = 1.0) -> None:
        """Count a call."""
        self.taken += 1

    def report(self, told: BudgetReport) -> None:
        """Wix reports nothing."""
        raise AssertionError("Wix says nothing about its limit")

    def exhausted(self, retry_after: float) -> None:
        """Note a refused call."""
        self.exhausted_for.append(retry_after)


class ScriptedWix:
    """Where it is, what it still has to say, and what it was asked."""

    def __init__(self, answers: list[Answer]) -> None:
        self.account = account()
        self.answers = answers
        self.received: list[Received] = []
        self.budget = Counted()

    def opened_at(self, url: str) -> None:
        """Say where it is."""
        self.account = account(url, budget=self.budget)

    def answer(self, request: Received) -> Answer:
        """Give the next answer."""
        self.received.append(request)
        return self.answers.pop(0)

    @property
    def url(self) -> str:
        """Where it is."""
        return self.account.api_url

    @property
    def asked(self) -> list[str]:
        """Method and path of each request so far."""
        return [f"{request.method} {request.path}" for request in self.received]

    def body(self, place: int) -> Any:
        """The JSON of one request."""
        return self.received[place].json()


@contextmanager
def wix(*answers: object) -> Iterator[ScriptedWix]:
    """Run a Wix that gives these answers, in this order; anything but an Answer is the JSON of a good one."""
    scripted = ScriptedWix([said if isinstance(said, Answer) else Answer(payload=said) for said in answers])
    with loopback(scripted.answer) as server:
        scripted.opened_at(server.url)
        yield scripted
