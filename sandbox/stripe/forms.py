"""Reads Stripe's form encoding: `line_items[0][price_data][currency]=usd` and `expand[]=payment_intent`."""

import re
from typing import Any
from urllib.parse import parse_qsl

from sandbox.stripe.errors import invalid

_PART = re.compile(r"\[([^\[\]]*)\]")


def decode(encoded: str) -> dict[str, Any]:
    """Nested dicts and lists of strings; raises StripeError for what cannot be nested."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        head, bracket, _ = name.partition("[")
        path = [head, *_PART.findall(name)] if bracket else [name]
        if len(path) > 12:
            raise invalid(f"Invalid parameter name: {name}", name)
        _put(root, path, value, name)
    return {key: _listed(value) for key, value in root.items()}


def _put(node: dict[str, Any], path: list[str], value: str, name: str) -> None:
    for step in path[:-1]:
        inner = node.setdefault(step or str(len(node)), {})
        if not isinstance(inner, dict):
            raise invalid(f"Invalid parameter: {name}", name)
        node = inner
    node[path[-1] or str(len(node))] = value


def _listed(node: Any) -> Any:
    """Turn dicts whose keys are 0, 1, 2 ... into lists."""
    if not isinstance(node, dict):
        return node
    if node and set(node) == {str(index) for index in range(len(node))}:
        return [_listed(node[str(index)]) for index in range(len(node))]
    return {key: _listed(value) for key, value in node.items()}
