"""The figures read from a dataset are those of the simulation itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from exported import forecast, variants
from known_simulation import falling_cash, known_simulation

import burncast
from burncast.outputs.files.json_text import json_text
from burncast.outputs.files.store import encode_dataset, read_dataset
from burncast.outputs.results.dataset import stack, to_dataset
from burncast.outputs.results.provenance import each_variant
from burncast.outputs.results.result_summary import plain_summary, summary_of
from burncast.outputs.results.summary import as_plain, summarise


def simulation(**options):
    users = np.random.default_rng(3).uniform(1, 9, (50, 2, 25))
    return known_simulation(
        {"cash": falling_cash(50, 24), "users": users},
        dimensions={"product": ["free", "plus"]},
        over={"users": ("product",)},
        units={"cash": "USD"},
        **options,
    )


@pytest.mark.parametrize("options", [{}, {"start": None}, {"ruin": False}, {"currency": None}])
def test_the_figures_are_those_of_the_simulation(options, tmp_path):
    (tmp_path / "dataset.nc").write_bytes(encode_dataset(to_dataset(simulation(**options))))
    found = summary_of(read_dataset(tmp_path / "dataset.nc"))
    assert as_plain(found) == as_plain(summarise(simulation(**options)))


SCENARIO = {
    "scenario": {"title": "Known", "periods": 8, "start": "2024-01", "currency": "USD"},
    "inputs": {"burn": "normal(mean=1, sd=0.3)"},
    "stocks": {"cash": {"start": 6.5, "next": "cash - burn", "unit": "USD"}},
    "ruin": {"when": "cash < 0", "need": "-cash"},
    "variants": {"lean": {"inputs": {"burn": "normal(mean=0.5, sd=0.1)"}}},
}


def test_each_variant_is_what_it_is_alone():
    options = {"trajectories": 3000, "seed": 7, "until_se": 0.02}
    together = burncast.simulate(SCENARIO, variants=True, **options)
    loaded = burncast.load(SCENARIO)
    alone = {"base": burncast.simulate(loaded, **options)}
    alone |= {name: burncast.simulate(one, **options) for name, one in loaded.variants.items()}
    found = each_variant(together)
    assert list(found) == ["base", "lean"]
    for name, one in found.items():
        mine, known = as_plain(summary_of(one)), as_plain(summary_of(alone[name]))
        for key in ("seconds", "trajectories_per_second"):
            assert mine.pop(key) > 0
            known.pop(key)
        assert mine == known
    assert found["lean"].attrs["sha256"] == loaded.variants["lean"].sha256 != loaded.sha256
    assert found["base"].attrs["seconds"] < together.attrs["seconds"]


def test_a_variant_that_ends_sooner_has_its_own_horizon():
    assert {name: summary_of(one).periods for name, one in each_variant(variants()).items()} == {"base": 6, "@war": 4}


def test_quantiles_of_ones_own_give_figures_of_those():
    result = to_dataset(simulation(), quantiles=[0.2, 0.7])
    found = summary_of(result)
    assert [figure.quantile for figure in found.runway] == [0.2, 0.7]
    assert [figure.amount for figure in found.funding_need] == result["funding_need"].values.tolist()
    assert all(math.isnan(figure.p50) and math.isfinite(figure.mean) for figure in found.horizon)
    assert '"p50": null' in json_text(plain_summary(result))


def test_the_schema_is_the_documented_one():
    plain = plain_summary(forecast())
    assert plain["schema"] == "burncast-summary-1"
    assert list(plain) == [
        *("schema", "created_by", "title", "file", "sha256", "currency", "step", "periods", "start"),
        *("ruin_probability", "runway", "funding_need", "horizon"),
        *("trajectories", "independent", "stopping", "control_variates", "seed", "method", "stream_version"),
        *("seconds", "trajectories_per_second", "notes"),
    ]
    assert set(plain["ruin_probability"][0]) == {"period", "date", "probability", "standard_error", "bound_95"}
    assert set(plain["runway"][0]) == {"quantile", "periods", "date", "censored"}
    assert set(plain["funding_need"][0]) == {"confidence", "amount"}
    assert set(plain["horizon"][0]) == {"name", "element", "unit", "mean", "p5", "p50", "p95"}
    assert set(plain_summary(stack({"a": forecast(), "b": forecast()}))) == {"schema", "created_by", "variants"}
