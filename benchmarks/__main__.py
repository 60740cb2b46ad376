"""``python -m benchmarks``: one table, and the same as ``artifacts/bench.json``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import dispatch, installation, start, webhooks

ROOT = Path(__file__).resolve().parent.parent
RATIO_TARGET = 0.2
DISPATCH_TARGET = 60.0


def main() -> int:
    """Measure, print, write; 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--requests", type=int, default=4000, help="webhooks per run (default %(default)s)")
    parser.add_argument("--orders", type=int, default=600, help="orders to dispatch (default %(default)s)")
    parser.add_argument("--no-demo", action="store_true", help="leave out the start of the demo")
    chosen = parser.parse_args()
    home = ROOT / "var" / "bench"
    results: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
    }
    if not chosen.no_demo:
        results["demo"] = start.measure(home / "demo")
    with installation.running(home / "product") as running:
        import django

        django.setup()
        results["memory_mib"] = {role: installation.resident_mib(pids) for role, pids in running.pids().items()}
        results["webhooks"] = webhooks.measure(running, chosen.requests)
        results["dispatch"] = dispatch.measure(running, chosen.orders)
        results["memory_after_mib"] = {role: installation.resident_mib(pids) for role, pids in running.pids().items()}
    _write(results)
    sys.stdout.write(table(results))
    return int(not met(results))


def met(results: dict[str, Any]) -> bool:
    """Whether both targets were reached."""
    return bool(results["webhooks"]["ratio"] >= RATIO_TARGET and results["dispatch"]["per_second"] >= DISPATCH_TARGET)


def table(results: dict[str, Any]) -> str:
    """The figures as people read them."""
    door, sent = results["webhooks"]["door"], results["dispatch"]
    lines = [
        f"{results['cores']} cores, load {results['load_before']:.1f} before; every ratio is of this one run",
        "",
        f"webhooks acknowledged       {door['per_second']:8.0f} /s   p50 {door['p50_ms']:.0f} ms, "
        f"p99 {door['p99_ms']:.0f} ms, max {door['max_ms']:.0f} ms  (8 kB, signed, 64 connections)",
        f"pgbench, the same rows      {results['webhooks']['pgbench_per_second']:8.0f} /s",
        f"ratio                       {results['webhooks']['ratio']:8.2f}      target {RATIO_TARGET}",
        f"orders dispatched           {sent['per_second']:8.1f} /s   target {DISPATCH_TARGET:.0f}; one by itself: "
        f"p50 {sent['service_p50_ms']:.0f} ms, p99 {sent['service_p99_ms']:.0f} ms",
    ]
    for role, idle in results["memory_mib"].items():
        lines.append(f"memory, {role:<19} {idle:8.0f} MiB idle, {results['memory_after_mib'][role]:.0f} MiB after")
    if "demo" in results:
        lines.append(
            f"demo: first page            {results['demo']['first_page_seconds']:8.1f} s    "
            f"seeded after {results['demo']['seeded_seconds']:.1f} s"
        )
    return "\n".join(lines) + "\n"


def _write(results: dict[str, Any]) -> None:
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
