"""Spreadsheets: a cell that a program would run as a formula is written as plain text."""

from __future__ import annotations

_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """Put an apostrophe before what Excel or LibreOffice would evaluate (names and titles come from strangers)."""
    return f"'{text}" if text.startswith(_STARTS) else text
