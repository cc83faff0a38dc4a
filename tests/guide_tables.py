"""Numbers in the tables of a guide page, as they are written: ``3.4 bn``, ``340 M``, ``28,936``, ``−0.5``, ``22 %``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

__all__ = [
    "Stated",
    "assert_ruin_is_stated",
    "assert_ruin_of_variants_is_stated",
    "assert_spreads_are_stated",
    "section_rows",
    "stated_numbers",
]

GUIDE = Path(__file__).parents[1] / "docs" / "guide"
SCALES = {"": 1.0, "M": 1e6, "bn": 1e9, "%": 0.01}
NUMBER = re.compile(r"^([+−-]?[\d,]+(?:\.\d+)?)(?: (M|bn|%))?(?: USD)?$")


@dataclass(frozen=True)
class Stated:
    """A number, and half a unit of its last written digit."""

    value: float
    rounding: float

    def agrees(self, found: float, slack: float = 0.0) -> bool:
        """Whether ``found`` rounds to what is written, give or take ``slack``."""
        return abs(found - self.value) <= 1.02 * self.rounding + slack


def section_rows(page: str, section: str) -> dict[str, list[str]]:
    """Rows of all tables of a section, by their first cell without back quotes; headings of tables included."""
    text = (GUIDE / page).read_text(encoding="utf-8")
    (body,) = re.findall(rf"^## {re.escape(section)}[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    cells = [[cell.strip() for cell in row.split("|")] for row in re.findall(r"^\|(.*)\|$", body, re.MULTILINE)]
    return {label.strip("`"): rest for label, *rest in cells if not re.fullmatch("-*", label) or label == ""}


def stated_numbers(cells: list[str]) -> list[Stated]:
    """The numbers of a row's last cells, up to the first that holds none."""
    numbers: list[Stated] = []
    for cell in reversed(cells):
        match = NUMBER.match(cell)
        if match is None:
            break
        digits, scale = match[1].replace("−", "-").replace(",", ""), SCALES[match[2] or ""]
        decimals = len(digits.partition(".")[2])
        numbers.insert(0, Stated(float(digits) * scale, 0.5 * 10.0**-decimals * scale))
    return numbers


def assert_spreads_are_stated(rows: Mapping[str, list[str]], spreads: Mapping[str, tuple[float, float, float]]) -> None:
    """Rows end with p5, median and p95. A fiftieth of the spread is what some ten thousand draws leave open."""
    for label, found in spreads.items():
        slack = (found[2] - found[0]) / 50
        stated = stated_numbers(rows[label])[-3:]
        assert len(stated) == 3, label
        assert all(each.agrees(value, slack) for each, value in zip(stated, found, strict=True)), (label, found)


def assert_ruin_of_variants_is_stated(page: str, section: str, forecast: xr.Dataset) -> None:
    """Rows by variant, all of them, begin with the probability of ruin after 12, 24 and 36 months, to a tenth of it."""
    cells = {name: row[:3] for name, row in section_rows(page, section).items()}
    rows = {name: row for name, row in cells.items() if row and all(cell.endswith(" %") for cell in row)}
    stated = {name: [number.value for number in stated_numbers(row)] for name, row in rows.items()}
    assert set(stated) == {str(name) for name in forecast.variant.values}
    for name, shares in stated.items():
        ruin = forecast.ruin_probability.sel(variant=name, period=[12, 24, 36]).values
        np.testing.assert_allclose(shares, ruin, rtol=0.1, atol=0.01)


def assert_ruin_is_stated(rows: Mapping[str, list[str]], forecast: xr.Dataset, trajectories: int) -> None:
    """Rows by variant end with the probability of ruin after 12, 24 and 36 months, and the funding need at 95 %."""
    for variant in map(str, forecast.variant.values):
        *ruin, need = stated_numbers(rows[variant])
        assert len(ruin) == 3, variant
        for month, stated in zip((12, 24, 36), ruin, strict=True):
            found = float(forecast.ruin_probability.sel(variant=variant, period=month))
            slack = 4 * ((found * (1 - found) + 1 / trajectories) / trajectories) ** 0.5
            assert stated.agrees(found, slack), (variant, month, found)
        enough = float(forecast.funding_need.sel(variant=variant, quantile=0.95))
        assert need.agrees(enough, slack=0.08 * enough), (variant, enough)
