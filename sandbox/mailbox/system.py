"""Puts the mailbox together: the server, and the pages on which its messages are read."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.core.world import Link, System, World
from sandbox.mailbox.server import OPERATION, Mailbox, Received
from sandbox.mailbox.texts import FRENCH

# Messages are strangers' HTML: no script of theirs runs, and nothing is fetched.
_LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups; frame-ancestors 'self'"


def create_system(world: World) -> System:
    """The simulator, to be mounted at `/mailbox`."""
    mailbox = Mailbox(world)
    world.pages.add_folder("mailbox", Path(__file__).parent / "templates", FRENCH)

    def found(request: Request) -> Received | None:
        wanted = request.path_params["id"]
        return next((each for each in mailbox.received if each.id == wanted), None)

    async def all_messages(request: Request) -> Response:
        return world.pages.show("mailbox/all.html", messages=mailbox.received[::-1])

    async def one_message(request: Request) -> Response:
        message = found(request)
        if message is None:
            return world.pages.show("mailbox/all.html", messages=mailbox.received[::-1], status=404)
        page = world.pages.show("mailbox/one.html", message=message)
        page.headers["Content-Security-Policy"] += "; frame-src 'self'"
        return page

    async def as_html(request: Request) -> Response:
        message = found(request)
        text = message.part("html") if message is not None else ""
        return HTMLResponse(text, 200 if text else 404, {"Content-Security-Policy": _LETTER_POLICY})

    async def as_json(request: Request) -> Response:
        return JSONResponse({"messages": [each.as_json() for each in mailbox.received]})

    return System(
        key="mailbox",
        title="Mailbox",
        summary="A mail server that takes every message and delivers none: all of them are read here.",
        app=Starlette(
            routes=[
                Route("/", all_messages),
                Route("/messages.json", as_json),
                Route("/{id:int}", one_message),
                Route("/{id:int}/html", as_html),
            ]
        ),
        reset=mailbox.reset,
        links=[Link("All messages", "/mailbox/")],
        operations=[OPERATION],
        seed=lambda: {"smtp_url": mailbox.url},
        running=mailbox.listening,
    )
