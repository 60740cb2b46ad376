"""The sandbox's own pages: home, journal, faults, reset, seed."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.core.faults import EXPLAINED, Mode
from sandbox.core.pictures import draw
from sandbox.core.world import World


class Desk:
    """Handlers of the shared pages."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """The addresses of the shared pages."""
        return [
            Route("/", self.home),
            Route("/journal", self.journal_page),
            Route("/journal.json", self.journal_json),
            Route("/faults", self.faults_page, methods=["GET", "POST"]),
            Route("/faults.json", self.faults_json, methods=["GET", "POST", "DELETE"]),
            Route("/clock.json", self.clock_json, methods=["GET", "POST"]),
            Route("/limits.json", self.limits_json, methods=["GET", "POST"]),
            Route("/reset", self.reset, methods=["POST"]),
            Route("/seed.json", self.seed_json),
            Route("/health", self.health),
            Route("/pictures/{name}.svg", self.picture),
        ]

    async def home(self, request: Request) -> Response:
        """What is simulated here."""
        return self._world.pages.show("home.html", systems=self._world.systems)

    async def journal_page(self, request: Request) -> Response:
        """The newest entries as a table."""
        system = request.query_params.get("system", "")
        kind = request.query_params.get("kind", "")
        entries = self._world.journal.entries(0, system, kind)[-300:][::-1]
        return self._world.pages.show("journal.html", entries=entries, system=system, kind=kind)

    async def journal_json(self, request: Request) -> Response:
        """Entries after a number, as JSON."""
        query = request.query_params
        try:
            after = max(0, int(query.get("after", "0")))
        except ValueError:
            return JSONResponse({"error": "after must be a whole number"}, 400)
        entries = self._world.journal.entries(after, query.get("system", ""), query.get("kind", ""))
        return JSONResponse(
            {"entries": [e.as_json() for e in entries], "pending_webhooks": self._world.webhooks.pending}
        )

    async def faults_page(self, request: Request) -> Response:
        """The board of switches, as a page."""
        problem = ""
        if request.method == "POST":
            form = {k: str(v) for k, v in (await request.form()).items()}
            if form.get("remove"):
                self._world.faults.remove(int(form["remove"]))
            elif form.get("clear"):
                self._world.faults.clear()
            else:
                system, _, operation = form.pop("target", "").partition(" ")
                problem = self._arm({"system": system, "operation": operation, **form})
            if not problem:
                return RedirectResponse("/faults", 303)
        return self._world.pages.show(
            "faults.html",
            faults=self._world.faults.listed(),
            modes=EXPLAINED,
            systems=self._world.systems,
            problem=problem,
            status=400 if problem else 200,
        )

    def _arm(self, wanted: dict[str, Any]) -> str:
        """Switch on what a form or JSON body asks for; the answer is what is wrong with it, or nothing."""
        try:
            choices: dict[str, Any] = {}
            if "count" in wanted:
                choices["count"] = int(wanted["count"]) if wanted["count"] not in (None, "") else None
            if wanted.get("skip"):
                choices["skip"] = int(wanted["skip"])
            for name in ("probability", "seconds"):
                if wanted.get(name) not in (None, ""):
                    choices[name] = float(wanted[name])
            self._world.faults.add(
                str(wanted.get("system") or "*"), str(wanted.get("operation") or "*"), str(wanted["mode"]), **choices
            )
        except (KeyError, TypeError, ValueError) as wrong:
            return f"not a fault: {wrong} (modes: {', '.join(m.value for m in Mode)})"
        return ""

    async def faults_json(self, request: Request) -> Response:
        """List, switch on (POST one or a list), or switch off (DELETE, all or `?id=`)."""
        if request.method == "DELETE":
            one = request.query_params.get("id", "")
            if one.isdigit():
                self._world.faults.remove(int(one))
            else:
                self._world.faults.clear()
        if request.method == "POST":
            try:
                body = await request.json()
            except ValueError:
                return JSONResponse({"error": "not JSON"}, 400)
            for wanted in body if isinstance(body, list) else [body]:
                problem = self._arm(wanted) if isinstance(wanted, dict) else "not a fault: an object is expected"
                if problem:
                    return JSONResponse({"error": problem}, 400)
        return JSONResponse({"faults": [f.as_json() for f in self._world.faults.listed()]})

    async def clock_json(self, request: Request) -> Response:
        """The sandbox's time; POST {"advance": seconds} pushes it forward."""
        if request.method == "POST":
            try:
                self._world.clock.advance(float((await request.json())["advance"]))
            except (KeyError, TypeError, ValueError):
                return JSONResponse({"error": 'expected {"advance": seconds}, not negative'}, 400)
        return JSONResponse({"now": self._world.clock.now().isoformat()})

    async def limits_json(self, request: Request) -> Response:
        """Calls and refusals of each system; POST {"on": true or false} switches all rate limits."""
        if request.method == "POST":
            try:
                self._world.limits.switch(bool((await request.json())["on"]))
            except (KeyError, TypeError, ValueError):
                return JSONResponse({"error": 'expected {"on": true} or {"on": false}'}, 400)
        return JSONResponse({"on": self._world.limits.on, "systems": self._world.limits.told()})

    async def reset(self, request: Request) -> Response:
        """Back to the seed."""
        self._world.reset()
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/", 303)
        return JSONResponse({"reset": True})

    async def seed_json(self, request: Request) -> Response:
        """Everything needed to connect to the simulated systems: ids, tokens, secrets."""
        return JSONResponse({system.key: system.seed() for system in self._world.systems})

    async def health(self, request: Request) -> Response:
        """Answers when the sandbox is up."""
        return JSONResponse({"ok": True, "systems": [system.key for system in self._world.systems]})

    async def picture(self, request: Request) -> Response:
        """A small drawing of a product."""
        drawing = draw(request.path_params["name"])
        headers = {"Cache-Control": "public, max-age=86400", "Content-Security-Policy": "default-src 'none'"}
        return Response(drawing, media_type="image/svg+xml", headers=headers)
