"""The install flow: a page that asks the store's owner to agree, a one-time code, and its exchange for a token."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.core.language import preferred_language
from sandbox.core.world import World
from sandbox.ecwid.api import error
from sandbox.ecwid.hooks import App, tell
from sandbox.ecwid.store import SCOPES, Store
from sandbox.ecwid.texts import TEXTS

CODE_LIVES = timedelta(minutes=5)


class Oauth:
    """Handlers of `/api/oauth/authorize` and `/api/oauth/token`."""

    def __init__(self, world: World, stores: dict[str, Store], app: App) -> None:
        self._world = world
        self._stores = stores
        self._app = app
        self.reset()

    def reset(self) -> None:
        """Forget every code."""
        self._codes: dict[str, tuple[Store, tuple[str, ...], str, datetime]] = {}
        self._spent: dict[str, str] = {}

    def routes(self) -> list[Route]:
        """The addresses of the flow."""
        return [
            Route("/api/oauth/authorize", self.authorize, methods=["GET", "POST"]),
            Route("/api/oauth/token", self.token, methods=["GET", "POST"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """Ask the owner of one of the stores; the answer goes back to the app with a code or a refusal."""
        query = request.query_params
        back = query.get("redirect_uri", "")
        known = query.get("client_id") == self._app.client_id and query.get("response_type") == "code"
        language = preferred_language(request.headers.get("accept-language", ""))
        scopes = [scope for scope in query.get("scope", "").split() if scope in SCOPES]
        if not known or not back.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            return self._world.pages.show("ecwid/consent.html", 400, t=TEXTS[language], stores=[], scopes=[])
        if request.method == "GET":
            stores = list(self._stores.values())
            return self._world.pages.show("ecwid/consent.html", t=TEXTS[language], stores=stores, scopes=scopes)
        form = await request.form()
        store = self._stores.get(str(form.get("store", "")))
        if form.get("choice") != "allow" or store is None:
            return _back(back, error="access_denied", state=query.get("state", ""))
        code = self._world.ids.uuid("ecwid:code")
        self._codes[code] = (store, ("read_store_profile", *scopes), back, store.now())
        return _back(back, code=code, state=query.get("state", ""))

    async def token(self, request: Request) -> Response:
        """Exchange a code, sent in a form or in the address; a second exchange disables the token of the first."""
        form = await request.form() if request.method == "POST" else {}
        given = {**request.query_params, **{key: str(value) for key, value in form.items()}}

        async def do() -> Response:
            return self._exchange(given)

        return await self._world.answer("ecwid:oauth", "token", do, error)

    def _exchange(self, given: dict[str, str]) -> Response:
        code = given.get("code", "")
        if code in self._spent:
            for store in self._stores.values():
                store.tokens.pop(self._spent[code], None)
        found = self._codes.pop(code, None)
        keys = given.get("client_id") == self._app.client_id and given.get("client_secret") == self._app.client_secret
        if not keys or found is None or given.get("grant_type") != "authorization_code":
            return error(400, "invalid_grant", "The code or the keys are not valid")
        store, scopes, back, made_at = found
        if given.get("redirect_uri") != back or store.now() - made_at > CODE_LIVES:
            return error(400, "invalid_grant", "The code is too old, or was meant for another address")
        token = self._spent[code] = f"secret_{self._world.ids.code('ecwid:token', 32)}"
        store.tokens[token] = tuple(dict.fromkeys(scopes))
        store.write("app.installed", scopes=list(store.tokens[token]))
        tell(store, "application.installed", store.id)
        return JSONResponse(
            {
                "access_token": token,
                "token_type": "bearer",
                "scope": " ".join(store.tokens[token]),
                "store_id": int(store.id),
                "email": store.seed["email"],
                "public_token": f"public_{self._world.ids.code('ecwid:public', 32)}",
            }
        )


def _back(url: str, **told: str) -> Response:
    told = {key: value for key, value in told.items() if value}
    return RedirectResponse(f"{url}{'&' if '?' in url else '?'}{urlencode(told)}", 303)
