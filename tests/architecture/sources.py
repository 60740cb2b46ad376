"""The files the architecture tests read."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "orderlane"


def python_files(*folders: str) -> list[Path]:
    """Return the Python files of ``folders``, without generated migrations."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def product_files(tests: bool = False) -> list[Path]:
    """Return Orderlane's own Python files, without the tests beside them unless asked."""
    return [path for path in python_files("orderlane") if tests or "tests" not in path.parts]


def named(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """Yield each file's path inside the project, and its text."""
    for path in paths:
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Yield path and text of every text file of the project; from the folder itself where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in listed.stdout.split("\0") if name] if listed.returncode == 0 else []
    paths = [ROOT / name for name in names] or [path for path in ROOT.rglob("*") if ".venv" not in path.parts]
    for path in paths:
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
