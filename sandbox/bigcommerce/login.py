"""The platform's own pages and addresses around an app: registered callback, consent, token."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.bigcommerce.model import Grant
from sandbox.bigcommerce.seed import CLIENT_ID, CLIENT_SECRET, SCOPES
from sandbox.bigcommerce.store import Store
from sandbox.bigcommerce.texts import words
from sandbox.core.world import World

_ACCOUNT_UUID = "12345678-90ab-cdef-1234-567890abcdef"


@dataclass
class Code:
    """A one-time code, for one store."""

    store: Store
    scope: str
    callback: str


class Login:
    """Answers below `/login`: what login.bigcommerce.com and the developer portal do."""

    def __init__(self, world: World, stores: dict[str, Store]) -> None:
        self._world = world
        self._stores = stores
        self.reset()

    def reset(self) -> None:
        """The app is registered without an auth callback, and nobody is installing."""
        self.callback = ""
        self._codes: dict[str, Code] = {}

    def routes(self) -> list[Route]:
        """Addresses below `/bigcommerce`."""
        return [
            Route("/login/app/{client_id}/install", self.consent, methods=["GET", "POST"]),
            Route("/login/oauth2/token", self.token, methods=["POST"]),
            Route("/_sandbox/app", self.app, methods=["GET", "POST"]),
        ]

    async def app(self, request: Request) -> Response:
        """The app's settings in the developer portal; POST {"auth_callback": url} sets where installs begin."""
        if request.method == "POST":
            self.callback = str((await request.json()).get("auth_callback") or "")
        return JSONResponse({"client_id": CLIENT_ID, "scopes": SCOPES, "auth_callback": self.callback})

    async def consent(self, request: Request) -> Response:
        """The app's install page: which store, which permissions; agreeing opens the app's auth callback."""
        text = words(request)
        if request.path_params["client_id"] != CLIENT_ID:
            return self._world.pages.show("bigcommerce/lost.html", 404, text=text)
        problem = ""
        if request.method == "POST":
            form = {name: str(value) for name, value in (await request.form()).items()}
            store = self._stores.get(form.get("store", ""))
            self.callback = form.get("auth_callback") or self.callback
            if form.get("decision") == "cancel":
                return RedirectResponse("/", 303)
            if store is None or not self.callback.startswith(("https://", "http://127.0.0.1", "http://localhost")):
                problem = text["install_problem"]
            else:
                return RedirectResponse(self._agreed(store), 303)
        return self._world.pages.show(
            "bigcommerce/install.html",
            status=400 if problem else 200,
            text=text,
            stores=self._stores.values(),
            scopes=SCOPES,
            callback=self.callback,
            problem=problem,
        )

    def _agreed(self, store: Store) -> str:
        """The way back: no state, because the install began here."""
        code = self._world.ids.code("bigcommerce:code", 31).lower()
        scope = " ".join(SCOPES)
        self._codes[code] = Code(store, scope, self.callback)
        store.write("app.consented", client_id=CLIENT_ID)
        query = {
            "code": code,
            "scope": scope,
            "context": f"stores/{store.external_id}",
            "account_uuid": _ACCOUNT_UUID,
        }
        return f"{self.callback}?{urlencode(query)}"

    async def token(self, request: Request) -> Response:
        """Exchange a code: a new token, and the one of an earlier install dies."""
        raw = await request.body()

        async def work() -> Response:
            return self._exchange(raw)

        return await self._world.answer("bigcommerce:login", "token", work)

    def _exchange(self, raw: bytes) -> Response:
        try:
            given: dict[str, Any] = json.loads(raw)
        except ValueError:
            return JSONResponse({"error": "invalid_request"}, 400)
        if given.get("client_id") != CLIENT_ID or given.get("client_secret") != CLIENT_SECRET:
            return JSONResponse({"error": "invalid_client"}, 401)
        code = self._codes.get(str(given.get("code")))
        if (
            code is None
            or given.get("grant_type") != "authorization_code"
            or given.get("redirect_uri") != code.callback
            or given.get("context") != f"stores/{code.store.external_id}"
            or given.get("scope") != code.scope
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        del self._codes[str(given["code"])]
        store = code.store
        for grant in [grant for grant in store.grants.values() if grant.client_id == CLIENT_ID]:
            del store.grants[grant.token]
        token = self._world.ids.code("bigcommerce:token", 31).lower()
        store.grants[token] = Grant(token, CLIENT_ID, CLIENT_SECRET, code.scope.split())
        store.write("app.installed", client_id=CLIENT_ID)
        return JSONResponse(
            {
                "access_token": token,
                "scope": code.scope,
                "user": {"id": 24654, "username": store.seed["email"], "email": store.seed["email"]},
                "owner": {"id": 24654, "username": store.seed["email"], "email": store.seed["email"]},
                "context": f"stores/{store.external_id}",
                "account_uuid": _ACCOUNT_UUID,
            }
        )
