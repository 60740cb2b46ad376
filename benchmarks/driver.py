"""The load driver, a process of its own: signed webhooks over keep-alive connections, as fast as answers come.

Usage: ``python -m benchmarks.driver`` with a JSON object on standard input; the result is JSON on standard output.
Written on raw sockets, because on a small machine an HTTP library's own work would be measured instead.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import sys
from time import monotonic
from typing import Any
from uuid import uuid4


def requests_of(order: dict[str, Any], count: int) -> list[bytes]:
    """``count`` whole HTTP requests, each with an id and a body of its own, signed before the clock starts."""
    made = []
    filler = "x" * max(0, order["body_bytes"] - 120)
    for number in range(count):
        body = json.dumps({"id": 9_000_000_000_000 + number, "note": filler, "key": uuid4().hex}).encode()
        signature = base64.b64encode(hmac.new(order["secret"].encode(), body, hashlib.sha256).digest()).decode()
        head = (
            f"POST {order['path']} HTTP/1.1\r\nHost: 127.0.0.1:{order['port']}\r\nContent-Type: application/json\r\n"
            f"X-Shopify-Hmac-Sha256: {signature}\r\nX-Shopify-Shop-Domain: {order['shop']}\r\n"
            f"X-Shopify-Topic: orders/updated\r\nX-Shopify-Webhook-Id: {uuid4()}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


async def _one_connection(port: int, mine: list[bytes], waits: list[float], refused: list[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in mine:
        began = monotonic()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        waits.append(monotonic() - began)
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0)
        if length:
            await reader.readexactly(length)
        status = int(head[9:12])
        if status != 200:
            refused.append(status)
    writer.close()
    await writer.wait_closed()


async def drive(order: dict[str, Any]) -> dict[str, Any]:
    """Send everything over all connections at once; acknowledged per second, waits in milliseconds, refusals."""
    made = requests_of(order, order["requests"])
    waits: list[float] = []
    refused: list[int] = []
    lanes = order["connections"]
    began = monotonic()
    await asyncio.gather(*(_one_connection(order["port"], made[n::lanes], waits, refused) for n in range(lanes)))
    seconds = monotonic() - began
    waits.sort()
    return {
        "per_second": (len(waits) - len(refused)) / seconds,
        "p50_ms": 1000 * waits[len(waits) // 2],
        "p99_ms": 1000 * waits[int(len(waits) * 0.99)],
        "max_ms": 1000 * waits[-1],
        "acknowledged": len(waits) - len(refused),
        "refused": len(refused),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(drive(json.load(sys.stdin)))))
