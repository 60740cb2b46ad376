"""Contrast as the accessibility guidelines define it."""

from __future__ import annotations

import pytest

from orderlane.kernel.colors import READABLE, contrast, is_color


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        # Published pairs: the lightest grey that may carry text on white, and the one just above it.
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_that_of_the_guidelines_in_either_order(first: str, second: str, ratio: float) -> None:
    assert contrast(first, second) == contrast(second, first) == pytest.approx(ratio, abs=0.005)


def test_the_limit_lies_between_two_neighboring_greys() -> None:
    assert contrast("#767676", "#ffffff") >= READABLE > contrast("#777777", "#ffffff")


@pytest.mark.parametrize("text", ["", "#fff", "1b1b19", "#1B1B19", "#1b1b19;", "#1b1b1g", "#1b1b19\n", "red"])
def test_what_a_style_sheet_could_misread_is_no_color(text: str) -> None:
    assert not is_color(text)
    assert is_color("#1b1b19")
