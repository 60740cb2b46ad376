"""Checks on source text: each takes a path and its text and returns what it found, empty when all is well."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60

# Rows that are history themselves: they are only ever added, with their time and origin.
_OWN_HISTORY = {
    "orderlane/inbox/actions/store_message.py",
    "orderlane/payments/actions/make_quote.py",
    "orderlane/payments/actions/post_ledger.py",
}
_WRITES = {"save", "update", "delete", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}

Function = ast.FunctionDef | ast.AsyncFunctionDef

_CLOCKS = {
    ("time", "time"),
    ("time", "time_ns"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("timezone", "localdate"),
}
_DIGEST = re.compile(r"(^|_)(digest|hexdigest|signature|hmac|mac|token_hash)$")
_UNSAFE_TEMPLATE = re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off|\|\s*safeseq\b")
_HTTP_CLIENTS = {"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "niquests", "httpcore"}
_HTTP_ROOM = "orderlane/connectors/http.py"
_HTTP_ROOMS = {_HTTP_ROOM, "orderlane/connectors/deadline.py"}
_CLOCK_ROOM = "orderlane/kernel/clock.py"


def sizes(path: str, text: str) -> list[str]:
    """Files and functions that no longer fit into a head."""
    found = []
    lines = text.count("\n")
    if lines > MAX_FILE_LINES:
        found.append(f"{path}: {lines} lines, at most {MAX_FILE_LINES}")
    for function in _functions(text):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > MAX_FUNCTION_LINES:
            found.append(f"{path}:{function.lineno} {function.name}: {length} lines, at most {MAX_FUNCTION_LINES}")
    return found


def docstrings(path: str, text: str) -> list[str]:
    """Public classes, functions and methods without a sentence saying what they are for."""
    tree = ast.parse(text)
    found = [] if ast.get_docstring(tree) or not tree.body else [f"{path}: the module has no docstring"]
    return found + [f"{path}:{line} {name} has no docstring" for line, name in _undocumented(tree.body, "")]


def clock(path: str, text: str) -> list[str]:
    """Readings of the time anywhere but in the clock."""
    if path == _CLOCK_ROOM:
        return []
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and (_last_name(node.value), node.attr) in _CLOCKS:
            found.append(f"{path}:{node.lineno} reads the time; take `now` as an argument or call kernel.clock.now")
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [f"{path}:{node.lineno} imports time.{each.name}" for each in node.names if each.name == "time"]
    return found


def history(path: str, text: str) -> list[str]:
    """Actions that write rows and leave no audit row."""
    if "/actions/" not in path or path in _OWN_HISTORY:
        return []
    calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    writes = any(isinstance(called, ast.Attribute) and called.attr in _WRITES for called in calls)
    recorded = any(isinstance(called, ast.Name) and called.id in {"record", "move"} for called in calls)
    return [f"{path} writes rows and calls neither audit's record nor its move"] if writes and not recorded else []


def digests(path: str, text: str) -> list[str]:
    """Digests compared by ``==``, which tells an attacker by its timing how many bytes were right."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = [node.left, *node.comparators]
            against_constant = any(isinstance(side, ast.Constant) for side in sides)
            if not against_constant and any(_DIGEST.search(_last_name(side)) for side in sides):
                found.append(f"{path}:{node.lineno} compares a digest; use hmac.compare_digest")
    return found


def markup(path: str, text: str) -> list[str]:
    """Text put into pages unescaped."""
    if path.endswith(".py"):
        nodes = ast.walk(ast.parse(text))
        return [f"{path}:{line} uses mark_safe" for line in map(_mark_safe_line, nodes) if line]
    lines = enumerate(text.splitlines(), 1)
    return [f"{path}:{number} turns escaping off" for number, line in lines if _UNSAFE_TEMPLATE.search(line)]


def floats(path: str, text: str) -> list[str]:
    """Binary fractions in a file that deals with money."""
    if not re.search(r"\bMoney\b|_minor\b", text):
        return []
    found = []
    tree = ast.parse(text)
    # An option given by name, such as timeout=1.5, is no amount.
    options = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _last_name(node.func) == "float":
            found.append(f"{path}:{node.lineno} calls float() in a file about money")
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and id(node) not in options:
            found.append(f"{path}:{node.lineno} has the float {node.value} in a file about money")
    return found


def http_clients(path: str, text: str) -> list[str]:
    """Calls to the outside that go around the one client with its deadlines and error kinds."""
    if path in _HTTP_ROOMS:
        return []
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        names = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif node.module:
            names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
        found += [
            f"{path}:{node.lineno} imports {name}; only {_HTTP_ROOM} may"
            for name in names
            if name in _HTTP_CLIENTS or name.split(".")[0] in _HTTP_CLIENTS
        ]
    return sorted(set(found))


def _functions(text: str) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, Function))


def _undocumented(body: list[ast.stmt], owner: str) -> Iterator[tuple[int, str]]:
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from _undocumented(node.body, owner)
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_") or _excused(node):
            continue
        if not ast.get_docstring(node):
            yield node.lineno, f"{owner}{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from _undocumented(node.body, f"{node.name}.")


def _excused(node: Function | ast.ClassDef) -> bool:
    """Overrides and overloads are described where they are first declared; Django's ``Meta`` is not a class of ours."""
    marks = {_last_name(each) for each in node.decorator_list}
    return node.name == "Meta" or bool(marks & {"override", "overload", "setter"})


def _mark_safe_line(node: ast.AST) -> int:
    """Return the line on which ``node`` brings mark_safe in, 0 when it does not."""
    if isinstance(node, ast.ImportFrom) and any(each.name == "mark_safe" for each in node.names):
        return node.lineno
    return node.lineno if isinstance(node, ast.Attribute) and node.attr == "mark_safe" else 0


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
