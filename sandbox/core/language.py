"""Which language a visitor's browser asks for."""

from contextvars import ContextVar

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

_reading = ContextVar("reading", default="en")


class ReadersLanguage:
    """Remembers for each request in which language its sender reads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; what it says about languages is known while it is answered."""
        if scope["type"] == "http":
            _reading.set(preferred_language(Headers(scope=scope).get("accept-language", "")))
        await self._app(scope, receive, send)


def readers_language() -> str:
    """`fr` or `en`: what the sender of the present request reads."""
    return _reading.get()


def preferred_language(accept_language: str) -> str:
    """`fr` or `en`, whichever an Accept-Language header wants more; English when it wants neither."""
    best, weight = "en", 0.0
    for part in accept_language.split(","):
        name, _, rest = part.strip().partition(";")
        language = name.lower().partition("-")[0]
        quality = rest.strip().removeprefix("q=")
        try:
            wanted = float(quality) if quality else 1.0
        except ValueError:
            wanted = 0.0
        if language in ("fr", "en") and wanted > weight:
            best, weight = language, wanted
    return best


def written_amount(amount_minor: int, currency: str, language: str, places: int = 2) -> str:
    """An amount as people write it, with its currency: `1,234.50 USD`, `1 234,50 USD`."""
    sign = "-" if amount_minor < 0 else ""
    whole, cents = divmod(abs(amount_minor), 10**places)
    grouped = f"{whole:,}".replace(",", "\u202f" if language == "fr" else ",")
    decimals = ("," if language == "fr" else ".") + f"{cents:0{places}d}" if places else ""
    return f"{sign}{grouped}{decimals}\u00a0{currency}"
