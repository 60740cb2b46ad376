"""The page policy allows nothing inline and nothing foreign but pictures and the payment pages."""

from __future__ import annotations

from orderlane.web.csp import policy


def test_scripts_and_styles_come_from_here_only() -> None:
    directives = dict(part.split(" ", 1) for part in policy(["www.paypal.com"], []).split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == "'self'"
    assert directives["img-src"] == "'self' https:"
    assert directives["form-action"] == "'self' www.paypal.com"
    assert directives["frame-ancestors"] == "'none'"
