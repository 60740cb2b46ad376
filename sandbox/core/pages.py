"""Renders the sandbox's pages: one layout, one style sheet, nothing from another host."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.responses import HTMLResponse

from sandbox.core.language import readers_language
from sandbox.core.texts import FRENCH

HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class Pages:
    """Jinja2 templates with escaping on; each system adds its own folder under its own prefix."""

    def __init__(self) -> None:
        self._folders: dict[str, FileSystemLoader] = {}
        self._french: dict[str, Mapping[str, str]] = {}
        self.environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(HERE / "templates"), PrefixLoader(self._folders)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def add_folder(self, prefix: str, folder: Path, french: Mapping[str, str] | None = None) -> None:
        """Make the templates of `folder` known as `<prefix>/<name>`; they extend `layout.html`.

        `french` holds what their `say("…")` says to a French reader.
        """
        self._folders[prefix] = FileSystemLoader(folder)
        self._french[prefix] = {**FRENCH, **(french or {})}

    def show(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Answer with a page in the reader's language, unless `language` says another."""
        language = values.setdefault("language", readers_language())
        body = self.environment.get_template(template).render(say=self._sayer(template, language), **values)
        return HTMLResponse(body, status, {"Content-Security-Policy": _POLICY, "Referrer-Policy": "same-origin"})

    def _sayer(self, template: str, language: str) -> Callable[[str], str]:
        known = self._french.get(template.partition("/")[0], FRENCH) if language == "fr" else {}
        return lambda english: known.get(english, english)
