"""A browser window that notices what must never happen: errors on the console, and requests to other hosts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

PICTURES = Path(__file__).resolve().parents[2] / "artifacts" / "browser"
DESKTOP = (1280, 800)
PHONE = (390, 844)
SECONDS = 15
LOCALES = {"en": "en-US", "fr": "fr-FR"}


@dataclass
class Watch:
    """What went wrong so far, in words."""

    wrong: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Listen to every page of a window. Chromium also reports violations of the page's policy on the console."""
        context.on("console", self._console)
        context.on("request", self._request)
        context.on("weberror", lambda error: self.wrong.append(f"script error: {error.error}"))

    def _console(self, message: ConsoleMessage) -> None:
        # A refused form is answered with 422, which Chromium counts among the errors.
        refused_form = "the server responded with a status of 422" in message.text
        # Leaving a page ends what it was asking for by itself.
        left = "htmx:sendAbort" in message.text
        if message.type in {"error", "warning"} and not refused_form and not left:
            self.wrong.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname != "127.0.0.1":
            self.wrong.append(f"request to {request.url}")


@contextmanager
def window(browser: Browser, language: str, **options: Any) -> Iterator[Page]:
    """A fresh window in the reader's language; closing it asserts that nothing went wrong in it."""
    width, height = options.pop("size", DESKTOP)
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=LOCALES[language],
        timezone_id="Europe/Paris",
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(SECONDS * 1000)
    watch = Watch()
    watch.follow(context)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    context.close()
    assert not watch.wrong, "\n".join(watch.wrong)


def picture(page: Page, name: str) -> None:
    """Keep a screenshot of the whole page for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
