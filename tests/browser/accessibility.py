"""An accessibility pass with axe-core, which a development package brings along as one file."""

from __future__ import annotations

from importlib.resources import files

from playwright.sync_api import Page

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def problems_of(page: Page) -> list[str]:
    """What axe-core finds wrong with the page, one line per element."""
    # Evaluated by the debugger, because the page's own policy rightly refuses foreign scripts.
    page.evaluate(_AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", _RULES)
    return [
        f"{violation['id']} ({violation['help']}): {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
