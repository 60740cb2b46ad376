"""The official API descriptions, which lie beside the project and never inside it."""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_schema_validator import OAS30Validator, OAS31Validator
from werkzeug.datastructures import Headers, ImmutableMultiDict

from orderlane.connectors.tests.loopback import Received


def folder() -> Path:
    """Where the contracts lie: ORDERLANE_CONTRACTS, else ``../shared/contracts`` beside the project."""
    root = Path(__file__).resolve().parents[3]
    return Path(os.environ.get("ORDERLANE_CONTRACTS") or root.parent / "shared" / "contracts")


@cache
def _read(path: Path) -> Any:
    unpack = gzip.open if path.suffix == ".gz" else open
    with unpack(path, "rt", encoding="utf-8") as file:
        # The C loader reads a large description in a tenth of the time.
        return yaml.load(file, yaml.CSafeLoader) if ".yml" in path.suffixes else json.load(file)


def load(name: str) -> Any:
    """Return a contract, JSON or YAML, or skip the test and say loudly that it checked nothing."""
    path = folder() / name
    if not path.exists():
        pytest.skip(f"NOT CHECKED: the official contract {path} is absent; set ORDERLANE_CONTRACTS")
    return _read(path)


class _Wire:
    """A received request as openapi-core wants to see it, on the host that the contract names."""

    def __init__(self, request: Received, host: str) -> None:
        self.host_url = host
        self.path = urlsplit(request.path).path
        self.path_pattern: str | None = None
        self.method = request.method.lower()
        self.content_type = request.headers.get("content-type", "")
        self.body = request.body or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(urlsplit(request.path).query)), header=Headers(dict(request.headers))
        )


@cache
def _openapi(name: str) -> OpenAPI:
    # openapi-core knows no OAuth 2 scheme; the connectors' own tests look at the Authorization header.
    operations = [operation for path in load(name)["paths"].values() for operation in path.values()]
    for operation in operations:
        if isinstance(operation, dict):
            operation.pop("security", None)
    return OpenAPI.from_dict(load(name))


def check_request(name: str, request: Received, host: str) -> None:
    """Validate a whole request (path, parameters, headers, body) against an OpenAPI contract; raises when it breaks."""
    load(name)
    _openapi(name).validate_request(_Wire(request, host))


def check_schema(name: str, schema: str, value: object) -> None:
    """Validate ``value`` against one component schema of an OpenAPI contract; raises when it breaks."""
    contract = load(name)
    validator = OAS31Validator if contract["openapi"].startswith("3.1") else OAS30Validator
    validator({"$ref": f"#/components/schemas/{schema}", "components": contract["components"]}).validate(value)
