"""An accessibility pass with axe-core, which a development package brings along as one file."""

from __future__ import annotations

from importlib.resources import files

from playwright.sync_api import Page

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def problems_of(page: Page, *, colors_only: bool = False) -> list[str]:
    """What axe-core finds wrong with the page, one line per element; ``colors_only`` for the same page in the dark."""
    # Evaluated by the debugger, because the page's own policy rightly refuses foreign scripts.
    page.evaluate(_AXE)
    wanted = {"type": "rule", "values": ["color-contrast"]} if colors_only else {"type": "tag", "values": _RULES}
    found = page.evaluate("wanted => axe.run(document, {runOnly: wanted})", wanted)
    return [
        f"{violation['id']} ({violation['help']}): {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
