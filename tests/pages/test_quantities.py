"""How numbers read in prose."""

from __future__ import annotations

import pytest

from fmgenomics.pages.quantities import in_prose, significant, with_unit


@pytest.mark.parametrize(
    ("value", "unit", "printed", "bound", "expected"),
    [
        (40_000_000_000, "parameters", "40000000000", "exact", "40 billion"),
        (9.3e12, "tokens", "9300000000000", "exact", "9.3 trillion"),
        (102_304_686, "cells", "102304686", "exact", "102 million"),
        (650_000_000, "parameters", "650000000", "exact", "650 million"),
        (436_000, "parameters", "436000", "exact", "436,000"),
        (1_000_000, "bp", "1000000", "exact", "1 Mb"),
        (131_072, "bp", "131072", "exact", "131,072 bp"),
        (8_000, "bp", "8000", "exact", "8 kb"),
        (9e12, "bp", "9000000000000", "exact", "9 trillion bp"),
        (0.5385, "mcc", "0.5385", "exact", "0.539"),
        (512, "bp", "512", "exact", "512 bp"),
        (0.8130456, "auroc", "0.8130456", "exact", "0.813"),
        (0.95, "auroc", "0.95", "exact", "0.95"),
        (0.950, "auroc", "0.950", "exact", "0.950"),
        (47.75, "percent", "47.75", "exact", "47.75%"),
        (93, "percent", "93", "about", "about 93%"),
        (-0.21, "pearson", "-0.21", "exact", "−0.21"),
        (14, "models", "14", "exact", "14"),
        (2019, "year", "2019", "exact", "2019"),
        (175_000, "usd", "175000", "exact", "$175,000"),
        (2_000_000, "usd", "2000000", "exact", "$2,000,000"),
        (11_800, "gpu-hours", "11800", "exact", "11,800 GPU hours"),
        (5, "species", "5", "at-least", "at least 5"),
        (2.25e24, "flop", "2.25e24", "exact", "2.25 × 10²⁴ FLOP"),
        (0.00012, "score", "0.00012", "exact", "0.00012"),
        (1.9, "bits-per-base", "1.9", "exact", "1.9 bits per base"),
    ],
)
def test_a_number_reads_as_an_editor_would_write_it(value: float, unit: str, printed: str, bound: str, expected: str) -> None:  # fmt: skip
    assert in_prose(value, unit, printed, bound) == expected


def test_options() -> None:
    assert in_prose(0.4775, "fraction", "0.4775", percent=True) == "47.75%"
    assert in_prose(93, "percent", "93", "about", plain=True) == "93"
    assert in_prose(0.8136, "auroc", "0.8136", digits=2) == "0.81"


@pytest.mark.parametrize(("value", "expected"), [(0, "0"), (1234.5, "1,230"), (0.05, "0.05"), (1e9, "1,000,000,000")])
def test_significant_digits(value: float, expected: str) -> None:
    assert significant(value) == expected


def test_a_table_names_the_unit_that_prose_leaves_to_the_sentence() -> None:
    assert with_unit("14", "models") == "14 models"
    assert with_unit("3.5 hours", "hours") == "3.5 hours"
