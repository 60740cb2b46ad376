"""Set the stage, play, judge, and say in one JSON line how it went."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from orderlane.config.demo import staged
from orderlane.config.rehearsal.steps import StepFailed
from orderlane.config.supervisor import Say

REHEARSAL_PORT = 8100
SANDBOX_DISTANCE = 100
"""The simulators listen this far above the pages."""


def run_rehearsal(*, orders: int, seed: int, faults: bool, port: int, say: Say) -> int:
    """Rehearse on a fresh installation in a data folder of its own; the exit status is 0 when all went well."""
    home = Path(os.environ.get("ORDERLANE_HOME", "var/rehearsal")).resolve()
    options = ["--seed", str(seed)]
    with staged(home, port, port + SANDBOX_DISTANCE, say=say, sandbox_options=options) as stage:
        return _play(stage.sandbox_url, orders=orders, seed=seed, faults=faults, say=say)


def _play(sandbox_url: str, *, orders: int, seed: int, faults: bool, say: Say) -> int:
    # Only now do the settings know where this installation lives.
    import django

    django.setup()
    from orderlane.config.promises import Violation, check_all
    from orderlane.config.rehearsal.counts import counted
    from orderlane.config.rehearsal.crowd import play_crowd
    from orderlane.config.rehearsal.players import Players
    from orderlane.config.rehearsal.story import play_story
    from orderlane.kernel import clock

    began = monotonic()
    players = Players(sandbox_url)
    failure = ""
    try:
        if orders or faults:
            play_crowd(players, orders=orders or 20, seed=seed, faults=faults, say=say)
        else:
            play_story(players, say)
    except StepFailed as failed:
        failure = str(failed)
        say(f"FAILED      {failure}")
    violations: Sequence[Violation] = check_all(sandbox_url, now=clock.now())
    for violation in violations:
        say(f"BROKEN      {violation}")
    outcome = {
        "ok": not failure and not violations,
        "failure": failure,
        "violations": [str(each) for each in violations],
        "seed": seed,
        "faults": faults,
        "seconds": round(monotonic() - began, 1),
        **counted(sandbox_url),
    }
    say(json.dumps(outcome))
    return 0 if outcome["ok"] else 1
