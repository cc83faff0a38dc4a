"""A seeded summary of every packaged example, kept in ``tests/data/golden`` and compared to the last bit.

A difference means that an example forecasts something else: because the example or the model changed, or because the
engine computes something else. After review, ``python tests/ai_lab/golden.py`` writes the summaries anew (all of them,
or those named after it) and prints what became of each number.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import burncast
from burncast.engine.documents.packaged import list_packaged

__all__ = ["EXAMPLES", "differences", "known", "renew", "summary"]

FOLDER = Path(__file__).parents[1] / "data" / "golden"
EXAMPLES = tuple(scenario.name for scenario in list_packaged() if scenario.purpose == "example")
TRAJECTORIES = 65_536
SEED = 2024
RUNWAY = (0.05, 0.25, 0.5, 0.75, 0.95)
NEED = (0.5, 0.8, 0.95)

Summary = dict[str, Any]


def summary(example: str) -> Summary:
    """Ruin probability every six periods, quantiles of the runway and of the funding need, means at the horizon."""
    result = burncast.simulate(example, trajectories=TRAJECTORIES, seed=SEED, quantiles=sorted({*RUNWAY, *NEED}))
    ruin, horizon = result["ruin_probability"], int(result["period"][-1])
    periods = sorted({*range(6, horizon + 1, 6), horizon})
    found: Summary = {
        "trajectories": TRAJECTORIES,
        "seed": SEED,
        "ruin_probability": {str(period): float(ruin.sel(period=period)) for period in periods},
        "runway": {str(each): _written(float(result["runway"].sel(quantile=each))) for each in RUNWAY},
    }
    if "funding_need" in result:
        found["funding_need"] = {str(each): float(result["funding_need"].sel(quantile=each)) for each in NEED}
    found["mean_at_the_horizon"] = {
        str(name).removesuffix("_mean"): _by_label(values.isel(period=-1))
        for name, values in sorted(result.data_vars.items(), key=lambda item: str(item[0]))
        if str(name).endswith("_mean")
    }
    return found


def known(example: str) -> Summary:
    """The summary as it was reviewed."""
    read: Summary = json.loads(_file(example).read_text(encoding="utf-8"))
    return read


def differences(old: Any, new: Any, key: str = "") -> Iterator[str]:
    """Every number that is not the same, by key: before → now."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in [*old, *(name for name in new if name not in old)]:
            yield from differences(old.get(name), new.get(name), f"{key}.{name}" if key else name)
    elif old != new:
        yield f"{key}: {old} → {new}"


def renew(example: str) -> list[str]:
    """Write the summary of an example anew; what changed."""
    new = summary(example)
    changed = list(differences(known(example) if _file(example).exists() else {}, new))
    FOLDER.mkdir(exist_ok=True)
    _file(example).write_text(json.dumps(new, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return changed


def _file(example: str) -> Path:
    return FOLDER / f"{example}.json"


def _written(value: float) -> float | str:
    return "never" if math.isinf(value) else value


def _by_label(values: Any) -> Any:
    """A number, or numbers by label, dimension after dimension."""
    if not values.dims:
        return float(values)
    return {str(label): _by_label(values.isel({values.dims[0]: place})) for place, label in _labels(values)}


def _labels(values: Any) -> Iterator[tuple[int, Any]]:
    return enumerate(values[values.dims[0]].values)


if __name__ == "__main__":
    for name in sys.argv[1:] or EXAMPLES:
        lines = renew(name)
        print(f"{name}: " + ("as it was" if not lines else f"{len(lines)} numbers are new"))
        for line in lines:
            print(f"  {line}")
