"""The command line ``orderlane``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module

from orderlane.config import serving
from orderlane.config.demo import SANDBOX_PORT, WEB_PORT, DemoAlreadyRunning, run_demo
from orderlane.config.postgres_binaries import ClusterError
from orderlane.config.rehearsal import REHEARSAL_PORT, run_rehearsal
from orderlane.config.supervisor import ChildFailed, PortUnusable

Run = Callable[[argparse.Namespace], object]
_HIDDEN = {"seed-demo": "orderlane.config.demo_seed"}


def say(line: str) -> None:
    """Print one line at once, for a person who waits."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def parser() -> argparse.ArgumentParser:
    """Return the commands, their options and their one-line explanations."""
    root = argparse.ArgumentParser(
        prog="orderlane",
        description="An order desk between online stores and the suppliers who ship for them.",
        formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=30, width=110),
    )
    commands = root.add_subparsers(title="commands", metavar="<command> [options]", dest="command")

    def add(name: str, explanation: str, run: Run) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=explanation, description=explanation)
        command.set_defaults(run=run)
        return command

    demo = add("demo", "the whole product beside simulated stores and providers; begins anew each time", _demo)
    demo.add_argument("--port", type=int, default=WEB_PORT, help="of the pages (default %(default)s)")
    demo.add_argument("--sandbox-port", type=int, default=SANDBOX_PORT, help="of the simulators (default %(default)s)")

    rehearse = add("rehearse", "live the whole story without a person and check every promise", _rehearse)
    rehearse.add_argument("--orders", type=int, default=0, help="so many random orders instead of the story's three")
    rehearse.add_argument("--seed", type=int, default=1, help="of everything random (default %(default)s)")
    rehearse.add_argument("--faults", action="store_true", help="while the outside world misbehaves")
    rehearse.add_argument("--port", type=int, default=REHEARSAL_PORT, help="of the pages, or the next free one")
    together = add("up", "database, worker and web server together", lambda a: serving.up(a.host, a.port, say))
    web = add("web", "the web server alone", lambda a: serving.serve_web(a.host, a.port, a.processes))
    for command in (together, web):
        command.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
        command.add_argument("--port", type=int, default=WEB_PORT, help="(default %(default)s)")
    web.add_argument("--processes", type=int, default=2, help="server processes (default %(default)s)")

    worker = add("worker", "the background worker alone", lambda a: serving.run_worker(a.concurrency))
    worker.add_argument(
        "--concurrency", type=int, default=serving.WORKER_CONCURRENCY, help="jobs at once (default %(default)s)"
    )
    add("migrate", "bring the database up to date", lambda a: serving.prepare())
    _add_operator_commands(add)
    doctor = add("doctor", "check this installation and say what to mend; changes nothing", _doctor)
    doctor.add_argument("--home", default="", help="its data folder (default: ORDERLANE_HOME, else var)")
    commands.add_parser("manage", help="any of Django's own commands: orderlane manage <command>", add_help=False)
    return root


def _add_operator_commands(add: Callable[[str, str, Run], argparse.ArgumentParser]) -> None:
    """Add what the operator does by hand; each runs by its own name in :mod:`orderlane.config.operator`."""

    def operate(*names: str) -> Run:
        return lambda a: _run_module("orderlane.config.operator", [a.command, *(getattr(a, name) for name in names)])

    found = add("add-organization", "create a retailer or supplier", operate("name", "kind", "country", "owner"))
    found.add_argument("name", help="what it is called")
    found.add_argument("--kind", required=True, choices=["retailer", "supplier"])
    found.add_argument("--country", required=True, help="two letters, such as FR")
    found.add_argument("--owner", required=True, help="e-mail address of the first owner", metavar="EMAIL")
    trade = add("start-trading", "let a retailer sell a supplier's goods", operate("retailer", "supplier"))
    trade.add_argument("retailer", help="its name here")
    trade.add_argument("supplier", help="its name here")
    reset = add("reset-link", "make a link for a member who lost the password", operate("email"))
    reset.add_argument("email", help="the address the member signs in with")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the process's exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderlane.config.settings")
    try:
        return _dispatch(words)
    except (ChildFailed, ClusterError, DemoAlreadyRunning, PortUnusable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _dispatch(words: list[str]) -> int:
    first = words[0] if words else ""
    if first == "manage":
        return _manage(words[1:])
    if first in _HIDDEN:
        return _run_module(_HIDDEN[first], words[1:])
    chosen = parser().parse_args(words)
    if not chosen.command:
        parser().print_help()
        return 0
    status = chosen.run(chosen)
    return status if isinstance(status, int) else 0


def _demo(chosen: argparse.Namespace) -> None:
    run_demo(chosen.port, chosen.sandbox_port, say)


def _doctor(chosen: argparse.Namespace) -> int:
    from orderlane.config import doctor

    return doctor.main(chosen.home)


def _rehearse(chosen: argparse.Namespace) -> int:
    return run_rehearsal(orders=chosen.orders, seed=chosen.seed, faults=chosen.faults, port=chosen.port, say=say)


def _manage(words: list[str]) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["orderlane manage", *words])
    return 0


def _run_module(module: str, words: list[str]) -> int:
    """Run ``module.main(words)`` with Django ready; what it returns is the exit status, nothing is success."""
    import django

    django.setup()
    status = import_module(module).main(words)
    return status if isinstance(status, int) else 0


if __name__ == "__main__":
    raise SystemExit(main())
