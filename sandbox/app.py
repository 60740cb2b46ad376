"""Puts the sandbox together: the shared pages and every simulator that is installed."""

import importlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from sandbox.core.desk import Desk
from sandbox.core.language import ReadersLanguage
from sandbox.core.settings import SandboxSettings
from sandbox.core.world import System, World

HERE = Path(__file__).parent
STATIC = HERE / "core" / "static"
SYSTEMS = sorted(found.parent.name for found in HERE.glob("*/system.py"))


def create_app(settings: SandboxSettings | None = None) -> Starlette:
    """The whole sandbox as one ASGI application; its `World` is at `app.state.world`.

    A simulator is a package `sandbox.<key>` with a module `system` that has `create_system(world) -> System`.
    """
    world = World(settings or SandboxSettings())
    for key in SYSTEMS:
        system: System = importlib.import_module(f"sandbox.{key}.system").create_system(world)
        world.systems.append(system)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for system in world.systems:
                await stack.enter_async_context(system.running())
            yield
            await world.webhooks.close()

    async def absent(request: Request, error: Exception) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return world.pages.show("lost.html", 404)
        return PlainTextResponse("Not Found", 404)

    routes: list[BaseRoute] = [Mount(f"/{system.key}", system.app, name=system.key) for system in world.systems]
    routes.append(Mount("/static", StaticFiles(directory=STATIC), name="static"))
    routes.extend(Desk(world).routes())
    app = Starlette(
        routes=routes, middleware=[Middleware(ReadersLanguage)], exception_handlers={404: absent}, lifespan=lifespan
    )
    app.state.world = world
    return app
