"""``python -m benchmarks``: one table, and the same as ``artifacts/bench.json``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import dispatch, installation, pushing, start, webhooks

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("demo", "webhooks", "dispatch", "pushing")
RATIO_TARGET = 0.2
DISPATCH_TARGET = 60.0
FIRST_PAGE_TARGET = 60.0
BUDGET_TARGET = 0.95
DELAY_TARGET = 2.0


def main() -> int:
    """Measure, print, write; 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="what to measure (default: everything)")
    parser.add_argument("--requests", type=int, default=4000, help="webhooks per run (default %(default)s)")
    parser.add_argument("--orders", type=int, default=600, help="orders to dispatch (default %(default)s)")
    parser.add_argument(
        "--fulfillments", type=int, default=0, help="parcels per store (default: three minutes of each limit)"
    )
    chosen = parser.parse_args()
    home = ROOT / "var" / "bench"
    results: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
    }
    if "demo" in chosen.only:
        results["demo"] = start.measure(home / "demo")
    if set(chosen.only) - {"demo"}:
        _measure_product(home / "product", chosen, results)
    _write(results)
    sys.stdout.write(table(results))
    return int(bool(missed(results)))


def _measure_product(home: Path, chosen: argparse.Namespace, results: dict[str, Any]) -> None:
    with installation.running(home) as running:
        import django

        django.setup()
        results["memory_mib"] = running.memory()
        if "webhooks" in chosen.only:
            results["webhooks"] = webhooks.measure(running, chosen.requests)
        if "dispatch" in chosen.only:
            results["dispatch"] = dispatch.measure(running, chosen.orders)
        if "pushing" in chosen.only:
            results["pushing"] = pushing.measure(running, chosen.fulfillments)
        results["memory_after_mib"] = running.memory()


def missed(results: dict[str, Any]) -> list[str]:
    """The targets that were measured and not reached."""
    found = []
    if results.get("webhooks", {}).get("ratio", RATIO_TARGET) < RATIO_TARGET:
        found.append("webhooks")
    if results.get("dispatch", {}).get("per_second", DISPATCH_TARGET) < DISPATCH_TARGET:
        found.append("dispatch")
    if results.get("demo", {}).get("first_page_seconds", 0.0) > FIRST_PAGE_TARGET:
        found.append("demo")
    if "pushing" in results:
        platforms, second = results["pushing"]["platforms"], results["pushing"]["second_tenant"]
        found += [
            name for name, row in platforms.items() if (row["share_used"] or 0.0) < BUDGET_TARGET or row["refused"]
        ]
        if second["beside_p50_ms"] > DELAY_TARGET * second["alone_p50_ms"]:
            found.append("second tenant")
    return found


def table(results: dict[str, Any]) -> str:
    """The figures as people read them."""
    lines = [f"{results['cores']} cores, load {results['load_before']:.1f} before; every ratio is of this one run", ""]
    if "webhooks" in results:
        lines += _webhook_lines(results["webhooks"])
    if "dispatch" in results:
        sent = results["dispatch"]
        lines.append(
            f"orders dispatched           {sent['per_second']:8.1f} /s   target {DISPATCH_TARGET:.0f}; one by itself: "
            f"p50 {sent['service_p50_ms']:.0f} ms, p99 {sent['service_p99_ms']:.0f} ms"
        )
        lines.append(
            f"processor time of one        {sent['cpu_ms']:7.1f} ms   workers and database together; "
            f"{100 * sent['budget_share']:.0f} % of a worker's share for {sent['budget_steps']:.0f} step of a budget"
        )
    if "pushing" in results:
        lines += _pushing_lines(results["pushing"])
    for role, idle in results.get("memory_mib", {}).items():
        each = idle["mib"] / max(idle["processes"], 1)
        after = results["memory_after_mib"][role]["mib"]
        lines.append(
            f"memory, {role:<19} {idle['mib']:8.0f} MiB idle in {idle['processes']} processes "
            f"({each:.0f} MiB each), {after:.0f} MiB after"
        )
    if "demo" in results:
        lines.append(
            f"demo: first page            {results['demo']['first_page_seconds']:8.1f} s    "
            f"target {FIRST_PAGE_TARGET:.0f}; seeded after {results['demo']['seeded_seconds']:.1f} s"
        )
    if failed := missed(results):
        lines.append(f"missed: {', '.join(failed)}")
    return "\n".join(lines) + "\n"


def _webhook_lines(found: dict[str, Any]) -> list[str]:
    door = found["door"]
    return [
        f"webhooks acknowledged       {door['per_second']:8.0f} /s   p50 {door['p50_ms']:.0f} ms, "
        f"p99 {door['p99_ms']:.0f} ms, max {door['max_ms']:.0f} ms  (8 kB, signed, 64 connections)",
        f"pgbench, the same rows      {found['pgbench_per_second']:8.0f} /s",
        f"ratio                       {found['ratio']:8.2f}      target {RATIO_TARGET}",
    ]


def _pushing_lines(found: dict[str, Any]) -> list[str]:
    lines = [
        f"limit used, {name:<15} {100 * (row['share_used'] or 0.0):8.1f} %    target {100 * BUDGET_TARGET:.0f}; "
        f"{row['refused']} refused; {row['fulfillments']} fulfillments in {row['seconds']:.0f} s, "
        f"{row['spent_per_fulfillment']:.1f} of the limit each"
        for name, row in found["platforms"].items()
    ]
    second = found["second_tenant"]
    lines.append(
        f"second tenant's parcel      {second['beside_p50_ms']:8.0f} ms   alone {second['alone_p50_ms']:.0f} ms, "
        f"target at most {DELAY_TARGET:.0f} times; slowest of {second['samples']}: {second['beside_max_ms']:.0f} ms"
    )
    return lines


def _write(results: dict[str, Any]) -> None:
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
