"""Serves a sandbox on loopback: in the foreground, or in a thread for tests and rehearsals."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import uvicorn
from starlette.applications import Starlette

from sandbox.app import create_app
from sandbox.core.settings import SandboxSettings
from sandbox.core.world import World

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox that answers at `url`; `app` and `world` are its inside, for tests of the sandbox itself."""

    url: str
    app: Starlette
    world: World


@contextmanager
def running_sandbox(settings: SandboxSettings | None = None, port: int = 0) -> Iterator[RunningSandbox]:
    """Serve a sandbox from a thread of this process, on a free port unless told otherwise."""
    # asyncio switches Nagle's delay off only for sockets that name their protocol; with it every answer costs 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    app = create_app(replace(settings or SandboxSettings(), base_url=url))
    server = uvicorn.Server(_config(app, None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the sandbox did not start")
        time.sleep(0.005)
    try:
        yield RunningSandbox(url, app, app.state.world)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def serve(settings: SandboxSettings, port: int) -> None:
    """Serve until interrupted."""
    base = replace(settings, base_url=f"http://{LOOPBACK}:{port}")
    uvicorn.Server(_config(create_app(base), port)).run()


def _config(app: object, port: int | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # uvicorn's own alias for ASGI applications is narrower than Starlette's
        host=LOOPBACK,
        port=port or 0,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=1,
    )
