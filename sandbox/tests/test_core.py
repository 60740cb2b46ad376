"""The shared frame over real HTTP: journal, faults, webhooks, pages."""

import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router

from sandbox.app import create_app
from sandbox.core import texts as core_texts
from sandbox.core.faults import EXPLAINED
from sandbox.core.settings import SandboxSettings
from sandbox.core.webhooks import Delivery
from sandbox.core.world import System
from sandbox.paypal import texts as paypal_texts
from sandbox.serving import RunningSandbox, running_sandbox
from sandbox.shopify import texts as shopify_texts
from sandbox.stripe import texts as stripe_texts


@pytest.fixture(scope="module")
def toy_sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxSettings(speed=1000)) as running:
        world = running.world
        done: list[str] = []

        async def work(request: Request) -> Response:
            async def do() -> Response:
                done.append("x")
                return JSONResponse({"done": len(done), "padding": "y" * 200})

            return await world.answer("toy", "work", do)

        async def hook(request: Request) -> Response:
            url = request.query_params["url"]
            facts = {"note": "toy"}
            world.webhooks.send(
                Delivery(
                    "toy", "toy/happened", url, b"{}", lambda body: {"X-Size": str(len(body))}, (1.0, 2.0), facts=facts
                )
            )
            return JSONResponse({})

        async def count(request: Request) -> Response:
            return JSONResponse({"done": len(done)})

        routes = [Route("/work", work, methods=["POST"]), Route("/hook", hook), Route("/count", count)]
        toy = System("toy", "Toy", "A toy", Router(routes), done.clear, operations=["work"])
        world.systems.append(toy)
        running.app.router.routes.insert(0, Mount("/toy", toy.app))
        yield running


@pytest.fixture
def sandbox(toy_sandbox: RunningSandbox) -> RunningSandbox:
    httpx.post(f"{toy_sandbox.url}/reset")
    return toy_sandbox


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[str], list[int]]]:
    """A server that answers with the given status codes in turn, then 200; it remembers what it received."""
    received: list[str] = []
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the overridden method
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/in", received, answers
    server.shutdown()
    server.server_close()
    thread.join()


def arm(sandbox: RunningSandbox, **fault: object) -> None:
    answer = httpx.post(f"{sandbox.url}/faults.json", json=fault)
    assert answer.status_code == 200, answer.text


def journal(sandbox: RunningSandbox, kind: str = "") -> list[dict[str, object]]:
    entries: list[dict[str, object]] = httpx.get(f"{sandbox.url}/journal.json", params={"kind": kind}).json()["entries"]
    return entries


def done(sandbox: RunningSandbox) -> int:
    return int(httpx.get(f"{sandbox.url}/toy/count").json()["done"])


def settle(sandbox: RunningSandbox) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if httpx.get(f"{sandbox.url}/journal.json").json()["pending_webhooks"] == 0:
            return
        time.sleep(0.01)
    raise AssertionError("webhooks still pending")


@pytest.mark.parametrize(
    ("mode", "status", "worked"),
    [("429", 429, 0), ("500", 500, 0), ("500_after", 500, 1), ("503", 503, 0), ("html", 502, 1)],
)
def test_fault_changes_the_answer_once(sandbox: RunningSandbox, mode: str, status: int, worked: int) -> None:
    arm(sandbox, system="toy", operation="work", mode=mode, seconds=3)
    answer = httpx.post(f"{sandbox.url}/toy/work")
    assert answer.status_code == status
    assert done(sandbox) == worked
    if mode == "429":
        assert answer.headers["Retry-After"] == "3.0"
    assert httpx.post(f"{sandbox.url}/toy/work").status_code == 200
    assert [e["facts"]["mode"] for e in journal(sandbox, "fault.fired")] == [mode]  # type: ignore[index]  # JSON


@pytest.mark.parametrize(("mode", "worked"), [("timeout", 0), ("timeout_after", 1), ("reset", 0), ("reset_after", 1)])
def test_fault_leaves_the_caller_without_an_answer(sandbox: RunningSandbox, mode: str, worked: int) -> None:
    arm(sandbox, system="*", operation="work", mode=mode)
    with pytest.raises((httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)) as trouble:
        httpx.post(f"{sandbox.url}/toy/work", timeout=0.3)
    assert isinstance(trouble.value, httpx.TimeoutException) == mode.startswith("timeout")
    assert done(sandbox) == worked


def test_truncated_answer_is_seen_as_a_broken_connection(sandbox: RunningSandbox) -> None:
    arm(sandbox, system="toy", operation="*", mode="truncated")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{sandbox.url}/toy/work")
    assert done(sandbox) == 1


def test_a_fault_may_let_calls_pass_first(sandbox: RunningSandbox) -> None:
    arm(sandbox, system="toy", operation="work", mode="500", skip=2)
    codes = [httpx.post(f"{sandbox.url}/toy/work").status_code for _ in range(4)]
    assert codes == [200, 200, 500, 200]


@pytest.mark.parametrize("body", ["{", '{"mode": "nonsense"}', "[1]", '{"mode": "500", "count": "many"}'])
def test_a_misspelt_fault_is_refused(sandbox: RunningSandbox, body: str) -> None:
    assert httpx.post(f"{sandbox.url}/faults.json", content=body).status_code == 400
    assert httpx.get(f"{sandbox.url}/faults.json").json() == {"faults": []}


def test_webhook_is_retried_with_the_same_body(
    sandbox: RunningSandbox, receiver: tuple[str, list[str], list[int]]
) -> None:
    url, received, answers = receiver
    answers.extend([500, 302])
    httpx.get(f"{sandbox.url}/toy/hook", params={"url": url})
    settle(sandbox)
    assert received == ["{}", "{}", "{}"]
    tries = [e["facts"] for e in journal(sandbox, "webhook.tried")]
    assert [t["status"] for t in tries] == [500, 302, 200]  # type: ignore[index]  # JSON
    assert {json.dumps(t["note"]) for t in tries} == {'"toy"'}  # type: ignore[index]  # JSON


def test_webhook_is_given_up_after_the_schedule(sandbox: RunningSandbox) -> None:
    httpx.get(f"{sandbox.url}/toy/hook", params={"url": "http://127.0.0.1:9/in"})
    settle(sandbox)
    assert len(journal(sandbox, "webhook.tried")) == 3
    assert len(journal(sandbox, "webhook.given_up")) == 1


@pytest.mark.parametrize(("mode", "copies"), [("duplicate", 2), ("drop", 0), ("delay", 1)])
def test_webhook_faults(
    sandbox: RunningSandbox, receiver: tuple[str, list[str], list[int]], mode: str, copies: int
) -> None:
    url, received, _ = receiver
    arm(sandbox, system="toy", operation="webhook:toy/*", mode=mode, seconds=0.2)
    httpx.get(f"{sandbox.url}/toy/hook", params={"url": url})
    settle(sandbox)
    assert len(received) == copies


@pytest.mark.parametrize("path", ["/", "/journal", "/faults", "/seed.json", "/health", "/pictures/candle-20.svg"])
def test_pages_answer_and_load_nothing_from_elsewhere(sandbox: RunningSandbox, path: str) -> None:
    answer = httpx.get(f"{sandbox.url}{path}")
    assert answer.status_code == 200
    assert 'src="http' not in answer.text
    assert 'href="http' not in answer.text


def test_reset_forgets(sandbox: RunningSandbox) -> None:
    arm(sandbox, system="toy", operation="work", mode="500")
    httpx.post(f"{sandbox.url}/reset")
    assert journal(sandbox) == []
    assert httpx.get(f"{sandbox.url}/faults.json").json() == {"faults": []}


@pytest.mark.parametrize(("language", "heading"), [("fr", "Le monde extérieur, simulé"), ("en", "The outside world")])
def test_the_sandbox_speaks_its_readers_language(sandbox: RunningSandbox, language: str, heading: str) -> None:
    page = httpx.get(f"{sandbox.url}/", headers={"accept-language": language}).text
    assert f'<html lang="{language}">' in page
    assert heading in page


def test_a_browser_that_is_lost_is_shown_the_way_back(sandbox: RunningSandbox) -> None:
    for accept, shown in (("text/html", "Retour aux systèmes"), ("application/json", "Not Found")):
        answer = httpx.get(f"{sandbox.url}/nothing", headers={"accept": accept, "accept-language": "fr"})
        assert answer.status_code == 404
        assert shown in answer.text


def test_whatever_a_page_says_can_be_said_in_french() -> None:
    folders = {"core": set(core_texts.FRENCH), **{key: set(each.FRENCH) for key, each in _OWN_TEXTS.items()}}
    said = {key: set(re.findall(r'say\("([^"]+)"\)', _templates(key))) for key in folders}
    assert all(said.values())
    assert {key: said[key] - folders[key] - folders["core"] for key in said} == {key: set() for key in said}
    told = {text for system in create_app().state.world.systems for text in (system.title, system.summary)}
    assert told | set(EXPLAINED.values()) <= folders["core"] | {"PayPal", "Stripe"}


def test_a_fault_is_chosen_from_lists(sandbox: RunningSandbox) -> None:
    page = httpx.get(f"{sandbox.url}/faults").text
    for target in ("* *", "toy *", "toy work"):
        assert f'<option value="{target}">' in page
    form = {"target": "toy work", "mode": "500", "count": "1", "skip": "0", "probability": "1", "seconds": "2"}
    assert httpx.post(f"{sandbox.url}/faults", data=form).status_code == 303
    [fault] = httpx.get(f"{sandbox.url}/faults.json").json()["faults"]
    assert (fault["system"], fault["operation"], fault["mode"]) == ("toy", "work", "500")


_OWN_TEXTS = {"shopify": shopify_texts, "stripe": stripe_texts, "paypal": paypal_texts}


def _templates(key: str) -> str:
    folder = Path(core_texts.__file__).parents[1] / key / "templates"
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html")))
