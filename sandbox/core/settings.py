"""What can be chosen when a sandbox is started."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SandboxSettings:
    """Choices of one running sandbox; times are seconds.

    `instant` makes every simulator answer at its fastest (no routing delay, index lag or rate limits), for benchmarks.
    `speed` divides every webhook retry gap, so that a schedule of four hours can be rehearsed.
    `goods` puts that many more products on every supplier's shelf: an import of goods then takes several pages.
    `smtp_port` is where the mailbox takes messages; 0 for any free port, which `/seed.json` then names.
    `epoch` shifts every generated id, so that a restarted sandbox does not reuse the ids of its previous life.
    """

    base_url: str = "http://127.0.0.1:8900"
    seed: int = 1
    speed: float = 1.0
    epoch: int = 0
    goods: int = 0
    instant: bool = False
    webhooks: bool = True
    routing_delay: float = 0.5
    search_lag: float = 0.3
    smtp_port: int = 0
