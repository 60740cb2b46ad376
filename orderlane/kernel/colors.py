"""Colors as people type them (``#1b1b19``), and whether text on them can be read. Pure."""

from __future__ import annotations

import re

READABLE = 4.5
"""The least contrast of text with what lies behind it: https://www.w3.org/TR/WCAG22/#contrast-minimum"""

_COLOR = re.compile(r"#[0-9a-f]{6}\Z")


def is_color(text: str) -> bool:
    """Whether it is a color in six lower-case hexadecimal digits, and nothing else a style sheet would read."""
    return _COLOR.match(text) is not None


def contrast(first: str, second: str) -> float:
    """How well two colors are told apart: from 1.0 (the same) to 21.0 (black on white)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    """Relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    red, green, blue = (_linear(int(color[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
