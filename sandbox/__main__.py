"""`python -m sandbox`: the outside world on loopback."""

import argparse
import sys
import time

from sandbox.core.settings import SandboxSettings
from sandbox.serving import LOOPBACK, serve


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="Simulators of stores and payment providers."
    )
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--seed", type=int, default=1, help="source of luck for faults with a probability")
    parser.add_argument("--speed", type=float, default=1.0, help="divide every webhook retry gap by this")
    parser.add_argument("--instant", action="store_true", help="no routing delay, no index lag, no rate limits")
    parser.add_argument("--no-webhooks", action="store_true", help="send no webhooks at all")
    parser.add_argument("--goods", type=int, default=0, help="how many more goods each supplier has")
    parser.add_argument(
        "--routing-delay", type=float, default=0.5, help="seconds until an order has fulfillment orders"
    )
    parser.add_argument("--search-lag", type=float, default=0.3, help="seconds until searches see a change")
    parser.add_argument("--smtp-port", type=int, default=0, help="where the mailbox takes messages; 0 for a free port")
    parser.add_argument(
        "--epoch", type=int, default=None, help="shift of generated ids; default: a new one per start, from the clock"
    )
    chosen = parser.parse_args()
    # A restarted sandbox forgets its orders, but those who talked to it do not: its new orders need new numbers.
    epoch = chosen.epoch if chosen.epoch is not None else int(time.time() // 10) % 10_000_000
    settings = SandboxSettings(
        seed=chosen.seed,
        speed=chosen.speed,
        epoch=epoch,
        goods=chosen.goods,
        instant=chosen.instant,
        webhooks=not chosen.no_webhooks,
        routing_delay=chosen.routing_delay,
        search_lag=chosen.search_lag,
        smtp_port=chosen.smtp_port,
    )
    sys.stdout.write(f"sandbox: http://{LOOPBACK}:{chosen.port}/\n")
    sys.stdout.flush()
    serve(settings, chosen.port)


if __name__ == "__main__":
    main()
