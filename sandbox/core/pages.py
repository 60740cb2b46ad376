"""Renders the sandbox's pages: one layout, one style sheet, nothing from another host."""

from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.responses import HTMLResponse

HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class Pages:
    """Jinja2 templates with escaping on; each system adds its own folder under its own prefix."""

    def __init__(self) -> None:
        self._folders: dict[str, FileSystemLoader] = {}
        self.environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(HERE / "templates"), PrefixLoader(self._folders)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def add_folder(self, prefix: str, folder: Path) -> None:
        """Make the templates of `folder` known as `<prefix>/<name>`; they extend `layout.html`."""
        self._folders[prefix] = FileSystemLoader(folder)

    def show(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Answer with a page."""
        body = self.environment.get_template(template).render(**values)
        return HTMLResponse(body, status, {"Content-Security-Policy": _POLICY, "Referrer-Policy": "same-origin"})
