"""Words that must not become names, because the glossary has another word for the thing or they say nothing."""

from __future__ import annotations

import ast
import codecs
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

# The word to use instead. Outside systems keep their own words inside the connectors.
INSTEAD = {
    "merchant": "retailer",
    "seller": "retailer",
    "vendor": "supplier",
    "shop": "store",
    "cart": "order",
    "suborder": "purchase_order",
    "chargeback": "dispute",
    "gateway": "payment provider",
    "processor": "payment provider",
    "waybill": "tracking number",
    "plugin": "connector",
    "driver": "connector",
}
# Names of modules, classes or functions that say nothing about what is inside.
EMPTY = frozenset(
    {"util", "utils", "helper", "helpers", "common", "misc", "manager", "handler", "process", "data", "info"}
)
# One-word class names that stand for three things at once.
TOO_SHORT = frozenset({"User", "Link", "Match", "Channel", "Transaction", "Push", "Sync"})
_CONNECTORS = "orderlane/connectors/"
# Kept in disguise, so that this file does not itself name what nothing in the project may name.
_ELSEWHERE = re.compile(
    "|".join(
        codecs.decode(pattern, "rot13")
        for pattern in (r"(?<![\j./-])/jbex/", r"/bcg/clcv", r"\o(cevingr|sbetr|pber)-erdhverzragf\o", r"clcv\.bet")
    )
)


def names(path: str, text: str) -> list[str]:
    """Names in one Python file that the glossary forbids."""
    found = [f"{path}: {wrong}" for wrong in _module_wrong(path)]
    for line, name, kind in _defined(ast.parse(text)):
        found += [f"{path}:{line} {wrong}" for wrong in _wrong(name, kind, path.startswith(_CONNECTORS))]
    return found


def elsewhere(path: str, text: str) -> list[str]:
    """Mentions of places and hosts that exist only where the project happens to be written."""
    lines = enumerate(text.splitlines(), 1)
    return [f"{path}:{number} names {match[0]!r}" for number, line in lines if (match := _ELSEWHERE.search(line))]


def _module_wrong(path: str) -> Iterator[str]:
    for part in PurePosixPath(path).with_suffix("").parts[1:]:
        if part in EMPTY:
            yield f"the module name {part!r} says nothing about what is inside"
        elif not path.startswith(_CONNECTORS):
            yield from _glossary_wrong(part)


def _wrong(name: str, kind: str, in_connector: bool) -> Iterator[str]:
    words = _words(name)
    if kind == "class":
        if name in TOO_SHORT:
            yield f"the class name {name!r} could mean several things"
        if words[-1] in EMPTY:
            yield f"the class name {name!r} ends in a word that says nothing"
    elif kind == "function" and name.strip("_") in EMPTY:
        yield f"the function name {name!r} says nothing"
    if not in_connector:
        yield from _glossary_wrong(name)


def _glossary_wrong(name: str) -> Iterator[str]:
    for word in _words(name):
        instead = INSTEAD.get(word) or INSTEAD.get(word.removesuffix("s"))
        if instead:
            yield f"{name!r}: say {instead!r}, not {word!r}"


def _defined(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            # Django's own word for what hangs at Model.objects.
            is_django_manager = any(
                "Manager" in ast.unparse(base) or "QuerySet" in ast.unparse(base) for base in node.bases
            )
            yield node.lineno, node.name, "variable" if is_django_manager else "class"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name, "function"
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg, "variable"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id, "variable"


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)] or [name.lower()]
