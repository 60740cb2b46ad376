"""Every source file against every check, and every check against text that must fail it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.architecture import checks, glossary
from tests.architecture.sources import PRODUCT, ROOT, named, product_files, python_files, tracked_texts

Check = Callable[[str, str], list[str]]
PLACE = "orderlane/orders/example.py"

CODE_CHECKS: list[Check] = [
    checks.docstrings,
    checks.clock,
    checks.history,
    checks.digests,
    checks.markup,
    checks.floats,
    checks.http_clients,
    glossary.names,
]

BAD: list[tuple[Check, str, str]] = [
    (checks.sizes, PLACE, "x = 1\n" * 401),
    (checks.sizes, PLACE, "def long():\n" + "    x = 1\n" * 60),
    (checks.sizes, PLACE, "class A:\n    async def long(self):\n" + "        x = 1\n" * 60),
    (checks.docstrings, PLACE, '"""M."""\ndef pay(): return 1'),
    (checks.docstrings, PLACE, '"""M."""\nclass Order:\n    """O."""\n    def pay(self): return 1'),
    (checks.docstrings, PLACE, '"""M."""\nclass Order: pass'),
    (checks.docstrings, PLACE, "x = 1"),
    (checks.clock, PLACE, "import time\ntime.time()"),
    (checks.clock, PLACE, "from time import time"),
    (checks.clock, PLACE, "import datetime\ndatetime.datetime.now()"),
    (checks.clock, PLACE, "from django.utils import timezone\ntimezone.now()"),
    (checks.history, "orderlane/orders/actions/pay.py", "order.save()"),
    (checks.history, "orderlane/orders/actions/pay.py", "Order.objects.filter(pk=1).update(state=2)"),
    (checks.digests, PLACE, "if given == mac.hexdigest(): pass"),
    (checks.digests, PLACE, "if header_signature != expected: pass"),
    (checks.markup, PLACE, "from django.utils.safestring import mark_safe"),
    (checks.markup, PLACE, "safestring.mark_safe(x)"),
    (checks.markup, "orderlane/web/templates/a.html", "{{ name | safe }}"),
    (checks.markup, "orderlane/web/templates/a.html", "{% autoescape off %}"),
    (checks.floats, PLACE, "cost_minor = int(float(text) * 100)"),
    (checks.floats, PLACE, "price: Money\nrate = 1.2"),
    (checks.http_clients, PLACE, "import requests"),
    (checks.http_clients, PLACE, "from urllib import request"),
    (checks.http_clients, PLACE, "from httpx import get"),
    (glossary.names, PLACE, "vendor_name = 1"),
    (glossary.names, PLACE, "def pay(merchant): return 1"),
    (glossary.names, PLACE, "class ShopSettings: pass"),
    (glossary.names, PLACE, "class OrderManager: pass"),
    (glossary.names, PLACE, "class Transaction: pass"),
    (glossary.names, PLACE, "def process(): return 1"),
    (glossary.names, "orderlane/orders/utils.py", ""),
    (glossary.names, "orderlane/orders/cart.py", ""),
    (glossary.elsewhere, "README.md", "see /" + "work/" + "main"),
    (glossary.elsewhere, "pyproject.toml", "https://py" + "pi.org/simple"),
]

GOOD: list[tuple[Check, str, str]] = [
    (checks.sizes, PLACE, "x = 1\n" * 400),
    (
        checks.docstrings,
        PLACE,
        '"""M."""\nclass Order:\n    """O."""\n    class Meta:\n        pass\n    def _own(self): pass',
    ),
    (checks.clock, "orderlane/kernel/clock.py", "datetime.now(UTC)"),
    (checks.clock, PLACE, "from time import monotonic\nmonotonic()"),
    (checks.history, PLACE, "order.save()"),
    (checks.history, "orderlane/orders/actions/pay.py", "order.save()\nrecord('order.paid', order, now=now)"),
    (checks.digests, PLACE, "hmac.compare_digest(signature, expected)"),
    (checks.digests, PLACE, "if signature == '': pass"),
    (checks.markup, "orderlane/web/templates/a.html", "{{ name }}"),
    (checks.floats, PLACE, "seconds = float('1.5')"),
    (checks.floats, PLACE, "price: Money\ncall(timeout=1.5)"),
    (checks.http_clients, "orderlane/connectors/http.py", "import httpx"),
    (checks.http_clients, PLACE, "from urllib.parse import urlsplit"),
    (glossary.names, PLACE, "shopify_url = info = 1"),
    (glossary.names, PLACE, "class TenantManager(models.Manager): pass"),
    (glossary.names, "orderlane/connectors/stores/shopify/mapping.py", "shop = 1"),
    (glossary.elsewhere, "README.md", "the network/work/flow of https://example.org/work/"),
]


def report(found: list[str]) -> str:
    """Return every finding on a line of its own."""
    return "\n" + "\n".join(found)


@pytest.mark.parametrize("check", CODE_CHECKS, ids=lambda check: check.__name__)
def test_product_code_keeps_the_rule(check: Check) -> None:
    files = product_files()
    assert len(files) > 20
    found = [wrong for path, text in named(files) for wrong in check(path, text)]
    assert not found, report(found)


def test_no_file_and_no_function_is_too_long() -> None:
    files = [*python_files("orderlane", "sandbox", "tests", "benchmarks"), ROOT / "conftest.py"]
    found = [wrong for path, text in named(files) for wrong in checks.sizes(path, text)]
    assert not found, report(found)


def test_no_template_turns_escaping_off() -> None:
    templates = [*PRODUCT.rglob("*.html"), *PRODUCT.rglob("templates/**/*.txt")]
    found = [wrong for path, text in named(templates) for wrong in checks.markup(path, text)]
    assert not found, report(found)


def test_nothing_names_the_place_where_it_was_written() -> None:
    texts = list(tracked_texts())
    assert "pyproject.toml" in {path for path, _ in texts}
    found = [wrong for path, text in texts for wrong in glossary.elsewhere(path, text)]
    assert not found, report(found)


@pytest.mark.parametrize(("check", "path", "text"), BAD)
def test_each_check_can_fail(check: Check, path: str, text: str) -> None:
    assert check(path, text) != []


@pytest.mark.parametrize(("check", "path", "text"), GOOD)
def test_each_check_lets_good_text_pass(check: Check, path: str, text: str) -> None:
    assert check(path, text) == []
