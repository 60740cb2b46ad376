"""One step of a story: said with its time, and failed when it does not happen in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TypeVar

from orderlane.config.supervisor import Say

Found = TypeVar("Found")
IN_TIME_SECONDS = 30


class StepFailed(RuntimeError):
    """A step of the story did not happen in time."""


@contextmanager
def step(say: Say, sentence: str) -> Iterator[None]:
    """One step of the story: said when it is over, with the time it took."""
    began = monotonic()
    yield
    say(f"{monotonic() - began:7.2f} s   {sentence}")


def wait_for(what: str, look: Callable[[], Found], seconds: float = IN_TIME_SECONDS) -> Found:
    """Look until there is something to see; raise StepFailed when there never is."""
    deadline = monotonic() + seconds
    while not (found := look()):
        if monotonic() > deadline:
            raise StepFailed(f"{what}: not within {seconds:.0f} s")
        sleep(0.1)
    return found
