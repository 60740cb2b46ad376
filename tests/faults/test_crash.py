"""Kill the process at every boundary of paying and forwarding; afterwards everything is done, exactly once.

The path is walked once to record its boundaries, then once per boundary: a forked process is killed there for real,
a new one recovers with the clock moved on, and the promises are checked in the database and in the outside's journal.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import monotonic

import pytest

from orderlane.kernel import clock
from orderlane.ports import registry
from tests.databases import template_name
from tests.environment import ROOT
from tests.faults import boundaries
from tests.faults.checks import violations
from tests.faults.children import in_child, killed_in_child
from tests.faults.databases import copied
from tests.faults.outside import Outside
from tests.faults.story import Story, live, prepare, recover

FLOWS = {"card": ("stripe", 1), "paypal": ("paypal", 1), "bulk": ("stripe", 2)}


TWICE = 14
"""About how many of the points are followed by a second crash."""
HALVES = (0, 1)
"""The points are shared out over two test processes, every other one each."""


@pytest.mark.parametrize(
    ("flow", "half"),
    [
        pytest.param(flow, half, id=f"{flow}-{half}", marks=pytest.mark.xdist_group(f"crash-{half}"))
        for flow in FLOWS
        for half in HALVES
    ],
)
def test_a_crash_at_any_boundary_loses_and_doubles_nothing(
    flow: str, half: int, outside: Outside, capsys: pytest.CaptureFixture[str]
) -> None:
    provider, orders = FLOWS[flow]
    registry.rates().rate("EUR", "USD", clock.now().date())  # read once here, inherited by every fork
    outside.reset()
    skus = outside.skus()[:3]
    with copied(template_name(), "seeded") as seeded:
        story: Story = in_child(lambda: prepare(outside, provider, orders, skus))
        trace = _trace(story, outside, seeded, skus, orders)
        began = monotonic()
        wrong = []
        points = list(enumerate(trace, start=1))[half :: len(HALVES)]
        for number, label in points:
            problems = _crash_at(number, story, outside, seeded, skus, orders)
            wrong += [f"#{number} {label}: {problem}" for problem in problems]
    calls = sum(not label.endswith("commit") for _, label in points)
    figure = (
        f"{flow}, half {half + 1}: {len(points)} of {len(trace)} crash points ({len(points) - calls} at commits, "
        f"{calls} at calls), {len(wrong)} violations, {monotonic() - began:.0f} s"
    )
    # Printed, and kept: test processes of xdist have no screen.
    with capsys.disabled():
        print(f"\n{figure}")  # noqa: T201 - the figure is what the test is for
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    (folder / f"crash-{flow}-{half + 1}.txt").write_text(f"{figure}\n" + "\n".join(trace) + "\n", encoding="utf-8")
    assert not wrong, "\n".join(wrong)


def _trace(story: Story, outside: Outside, seeded: str, skus: list[str], orders: int) -> list[str]:
    """Walk the path undisturbed and return its boundaries in order; it must end well by itself."""
    with copied(seeded, "walk"), tempfile.TemporaryDirectory() as folder:
        _same_world(outside, skus, orders)
        file = Path(folder) / "trace"

        def walk() -> list[str]:
            boundaries.watch(trace=file)
            live(story, outside)
            return violations(outside)

        assert in_child(walk) == []
        labels = file.read_text().splitlines()
    # The check itself opens no scope and calls nothing through our client, so it adds no boundary.
    assert len(labels) >= 30
    assert sum("capture" in label or "/checkout/sessions" in label for label in labels) >= 2
    return labels


def test_a_second_crash_during_recovery_loses_and_doubles_nothing(
    outside: Outside, capsys: pytest.CaptureFixture[str]
) -> None:
    provider, orders = FLOWS["card"]
    registry.rates().rate("EUR", "USD", clock.now().date())  # read once here, inherited by every fork
    outside.reset()
    skus = outside.skus()[:3]
    with copied(template_name(), "seeded") as seeded:
        story: Story = in_child(lambda: prepare(outside, provider, orders, skus))
        trace = _trace(story, outside, seeded, skus, orders)
        began = monotonic()
        # Spread over the whole path; where the recovery dies differs from one to the next.
        first = range(1, len(trace) + 1, max(1, len(trace) // TWICE))
        pairs = [(number, 1 + place * 5 % 11) for place, number in enumerate(first)]
        wrong = []
        for number, again in pairs:
            problems = _crash_at(number, story, outside, seeded, skus, orders, again=again)
            wrong += [f"#{number} {trace[number - 1]}, then #{again}: {problem}" for problem in problems]
    with capsys.disabled():
        print(f"\n{len(pairs)} double crashes, {len(wrong)} violations, {monotonic() - began:.0f} s")  # noqa: T201
    assert not wrong, "\n".join(wrong)


def _crash_at(
    number: int, story: Story, outside: Outside, seeded: str, skus: list[str], orders: int, *, again: int = 0
) -> list[str]:
    """Die at boundary ``number`` of the path and, if told so, once more at ``again`` of the recovery; then mend."""
    with copied(seeded, "walk"):
        _same_world(outside, skus, orders)

        def walk() -> None:
            boundaries.watch(fatal=number)
            live(story, outside)

        survived = killed_in_child(walk)
        if survived:
            return [survived]

        def begin_to_mend() -> None:
            boundaries.watch(fatal=again)
            recover(story, outside)

        if again and (survived := killed_in_child(begin_to_mend)):
            return [survived]

        def mend() -> list[str]:
            rounds = recover(story, outside)
            return violations(outside) if rounds else ["not finished after all rounds", *violations(outside)]

        problems: list[str] = in_child(mend)
        return problems


def _same_world(outside: Outside, skus: list[str], orders: int) -> None:
    """Reset the outside and buy again: the ids are those the copied database knows."""
    outside.reset()
    outside.buy(skus, orders)
