"""What was published about a company, one CSV a scenario, and where a forecast puts it."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
import xarray as xr

import burncast
from burncast import Scenario
from burncast.engine.language.expressions import Number
from burncast.engine.reading.quantities import ByElement

__all__ = ["assert_holds", "money_by_variant", "public_record", "spread", "stated"]

DATA = Path(__file__).parent / "data"


def public_record(name: str) -> Mapping[str, float]:
    """Published figures: the central one under its key, the ends of a range under ``key.low`` and ``key.high``."""
    record: dict[str, float] = {}
    with (DATA / f"{name}_public_record.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            assert row["source"]
            assert row["information_date"]
            values = {"": row["central"], ".low": row["low"], ".high": row["high"]}
            record |= {row["key"] + end: float(value) for end, value in values.items() if value}
    return record


def stated(scenario: Scenario, name: str, *element: str) -> float:
    """The number that stands in the file."""
    value = scenario.quantities[name].value
    number = value.values[element] if isinstance(value, ByElement) else value
    assert isinstance(number, Number)
    return number.value


def money_by_variant(example: Path, trajectories: int, seed: int) -> xr.Dataset:
    """Cash and credits of a scenario file and its variants."""
    document = {"scenario": {"title": "Variants", "extends": str(example)}, "outputs": {"track": ["cash", "credits"]}}
    return burncast.simulate(document, trajectories=trajectories, seed=seed, variants=True)


def spread(result: xr.Dataset, name: str, period: int, **element: str) -> tuple[float, float, float]:
    """p5, median and p95."""
    low, middle, high = result[name].sel(period=period, quantile=[0.05, 0.5, 0.95], **element).values
    return float(low), float(middle), float(high)


def assert_holds(found: tuple[float, float, float], published: float, nearness: float) -> None:
    """The published figure lies between p5 and p95, and the median within a share ``nearness`` of it."""
    low, middle, high = found
    assert low < published < high
    assert middle == pytest.approx(published, rel=nearness)
