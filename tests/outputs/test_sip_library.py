"""Results as SIPmath libraries: the published form, and what is read back is what was written."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from typer.testing import CliRunner

import burncast
from burncast.cli import app
from burncast.distributions.errors import InputError
from burncast.outputs.files.sip_library import sip_library
from burncast.outputs.files.store import encode_dataset

PUBLISHED = json.loads(
    (Path(__file__).parents[1] / "data" / "development_time.SIPmath.json").read_text(encoding="utf-8")
)
PROBABILITIES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.99)
LAWS = {
    "cash": stats.norm(4e6, 3e6),
    "users": stats.lognorm(0.8, scale=2e4),
    "churn": stats.beta(2, 8),
    "seats": stats.uniform(-5, 10),
}
TRAJECTORIES = 20_000


def result(kept=0, **more):
    """A result of two periods whose quantities have these laws; cash and users hang together."""
    rng = np.random.default_rng(11)
    z = rng.normal(size=(len(LAWS), TRAJECTORIES))
    z[1] = 0.8 * z[0] + 0.6 * z[1]
    draws = {name: law.ppf(stats.norm.cdf(row)) for (name, law), row in zip(LAWS.items(), z, strict=True)} | more
    dataset = xr.Dataset(
        coords={"quantile": list(PROBABILITIES), "period": np.arange(3)},
        attrs={
            "created_by": "Created by burncast 0",
            "title": "Made by hand",
            "sha256": "ab" * 32,
            "seed": 3,
            "trajectories": TRAJECTORIES,
            "method": "random",
            "stream_version": 1,
        },
    )
    for name, values in draws.items():
        quantiles = np.quantile(values, PROBABILITIES)
        dataset[name] = (("period", "quantile"), np.stack([np.full(10, np.nan), quantiles / 2, quantiles]))
        dataset[f"{name}_mean"] = ("period", [np.nan, values.mean() / 2, values.mean()])
        if kept:
            paths = np.stack([np.full(kept, np.nan), values[:kept] / 2, values[:kept]], axis=1)
            dataset[f"paths_{name}"] = (("trajectory", "period"), paths)
    dataset["cash"].attrs["units"] = "USD"
    return dataset


def shape(value):
    """The types of a document: lists by their first element, numbers alike."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) else type(value).__name__


def of(document, name):
    return next(sip for sip in document["sips"] if sip["name"] == name)


def test_the_form_is_the_published_one():
    written, _ = sip_library(result(TRAJECTORIES), period=2)
    assert written.keys() - {"U01", "sips", "globalVariables"} == PUBLISHED.keys() - {"U01", "sips", "globalVariables"}
    assert (written["objectType"], written["libraryType"]) == ("sipModel", "SIPmath_3_0")
    assert shape(written["U01"]) == shape(PUBLISHED["U01"])
    assert shape(written["globalVariables"]) == shape(PUBLISHED["globalVariables"])
    for ours, theirs in (("cash_2", "Accounts"), ("churn_2", "Variable1")):
        mine, published = dict(of(written, ours)), dict(of(PUBLISHED, theirs))
        assert mine.pop("metadata").keys() >= {"mean", "density", "misfit", "period"}
        published.pop("metadata", None)
        mine["ref"], published["ref"] = sorted(mine["ref"]), sorted(mine["ref"])
        assert shape(mine) == shape(published)
    generators = [(one["arguments"]["entity"], one["arguments"]["varId"]) for one in written["U01"]["rng"]]
    assert len(set(generators)) == len(LAWS)
    json.dumps(written, allow_nan=False)


def test_where_it_comes_from_is_said():
    library, _ = sip_library(result(), ["cash"], 2)
    for words in (
        "Created by burncast",
        "'Made by hand'",
        "ab" * 32,
        "seed 3",
        "trajectories 20000",
        "stream version 1",
    ):
        assert words in library["provenance"]
    assert of(library, "cash_2")["metadata"]["unit"] == "USD"
    assert "no kept paths" not in library["provenance"]
    assert "no kept paths" in sip_library(result(), ["cash", "users"], 2)[0]["provenance"]


@pytest.mark.parametrize("kept", [0, TRAJECTORIES])
@pytest.mark.parametrize("name", LAWS)
def test_read_back_the_quantiles_are_within_one_percent_of_probability(tmp_path, name, kept):
    path = tmp_path / "library.SIPmath"
    burncast.write_sip_library(result(kept), path, [name], 2)
    library = burncast.read_sip_library(path)
    law = library.sip(f"{name}_2").law
    below = law.cdf(result(kept)[name].sel(period=2))
    # 1 % is the tolerance; quantiles of 20,000 draws are known to half a percent of probability.
    assert float(np.max(np.abs(below - PROBABILITIES))) <= 0.01 + (0.005 if kept else 0.0)
    assert law.support[0] == (0.0 if name in ("users", "churn") else -np.inf)
    trials = library.trials(f"{name}_2", 10_000)
    assert stats.kstest(trials, LAWS[name].cdf).statistic < 0.03
    assert library.sip(f"{name}_2").normal[0][0] == 1.0


def test_kept_paths_give_the_dependence(tmp_path):
    path = tmp_path / "library.SIPmath"
    burncast.write_sip_library(result(TRAJECTORIES), path, ["cash", "users", "churn"], 2)
    library = burncast.read_sip_library(path)
    matrix = library.correlation(["cash_2", "users_2", "churn_2"])
    assert abs(matrix[0, 1] - 0.8) < 4 * 0.36 / math.sqrt(TRAJECTORIES)
    assert max(abs(matrix[0, 2]), abs(matrix[1, 2])) < 4 / math.sqrt(TRAJECTORIES)
    trials = [library.trials(name, 10_000) for name in ("cash_2", "users_2")]
    assert abs(stats.spearmanr(*trials).statistic - 6 / math.pi * math.asin(0.4)) < 0.03


def test_a_scenario_reads_what_another_wrote(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    burncast.write_sip_library(result(TRAJECTORIES), "library.SIPmath", ["cash", "users"], 2)
    scenario = burncast.load(
        {
            "scenario": {"title": "Reads", "periods": 1},
            "inputs": {name: f"sip('library.SIPmath', '{name}_2')" for name in ("cash", "users")},
            "stocks": {"total": {"start": "cash + users", "next": "total"}},
        }
    )
    (correlation,) = scenario.correlations
    assert abs(correlation.matrix[0][1] - 0.8) < 0.02


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tolerance": math.nan}, "tolerance is nan; expected a probability"),
        ({"tolerance": -0.1}, r"tolerance is -0\.1"),
        ({"entity": 0}, "entity is 0; expected a whole number from 1 to 99,999,999"),
        ({"entity": 10**8}, "entity is 100000000"),
    ],
)
def test_tolerances_and_seeds_that_are_none(options, said, tmp_path):
    with pytest.raises(InputError, match=said):
        burncast.write_sip_library(result(), tmp_path / "library.SIPmath", **options)
    assert not list(tmp_path.iterdir())


def test_arrays_are_the_kept_paths(tmp_path):
    path = tmp_path / "library.SIPmath"
    counts = np.random.default_rng(5).poisson(0.4, TRAJECTORIES).astype(float)
    dataset = result(500, counts=counts)
    with pytest.raises(
        InputError, match=r"counts_2: .* within 1 % of probability; expected .* the kept paths themselves$"
    ):
        burncast.write_sip_library(dataset, path, ["counts"], 2)
    with pytest.raises(InputError, match="of a result that has them"):
        burncast.write_sip_library(result(counts=counts), path, ["counts"], 2)
    assert not path.exists()
    burncast.write_sip_library(dataset, path, ["counts", "cash"], 2, arrays=True)
    library = burncast.read_sip_library(path)
    np.testing.assert_array_equal(library.trials("counts_2", 500), counts[:500])
    np.testing.assert_array_equal(library.trials("cash_2", 500), dataset["paths_cash"].sel(period=2))
    with pytest.raises(InputError, match="arrays are kept paths, which this result has not"):
        burncast.write_sip_library(result(), path, ["cash"], 2, arrays=True)


def test_what_no_metalog_is_near_to_is_left_out_unless_it_is_asked_for(tmp_path):
    counts = np.random.default_rng(5).poisson(0.4, TRAJECTORIES).astype(float)
    path = tmp_path / "library.SIPmath"
    assert burncast.write_sip_library(result(TRAJECTORIES, counts=counts), path, period=2) == ("counts_2",)
    assert burncast.read_sip_library(path).names == ("cash_2", "users_2", "churn_2", "seats_2")
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["provenance"].endswith("; left out, for no metalog law is near: counts_2")
    assert len(document["U01"]["rng"]) == len(document["U01"]["copula"][0]["copulaLayer"]) == 4
    assert burncast.write_sip_library(result(), path, period=2, force=True) == ()
    with pytest.raises(InputError, match="counts_2: "):
        burncast.write_sip_library(result(counts=counts)[["counts", "counts_mean"]], path, force=True)


def test_what_does_not_vary_is_a_table_of_one_value(tmp_path):
    path = tmp_path / "library.SIPmath"
    burncast.write_sip_library(result(seats=np.full(TRAJECTORIES, 7.0)), path, ["seats"], 2)
    assert burncast.read_sip_library(path).trials("seats_2", 3).tolist() == [7.0, 7.0, 7.0]


def test_elements_and_variants(tmp_path):
    path = tmp_path / "library.SIPmath"
    one, other = result(), result(users=stats.lognorm(0.3, scale=5e4).rvs(TRAJECTORIES, random_state=1))
    both = xr.concat([one, other], dim=xr.Variable("plan", ["a", "b"])).assign_attrs(one.attrs)
    names = [sip["name"] for sip in sip_library(both, ["users"], 1)[0]["sips"]]
    assert names == ["users_a_1", "users_b_1"]
    stacked = xr.concat([one, other], dim=xr.Variable("variant", ["base", "more"])).assign_attrs(one.attrs)
    burncast.write_sip_library(stacked, path, ["users"], variant="more")
    median = float(burncast.read_sip_library(path).sip("users_2").law.quantile(0.5))
    assert median == pytest.approx(5e4, rel=0.02)
    with pytest.raises(InputError, match=r"there is no variant 'mroe'.*did you mean 'more'"):
        burncast.write_sip_library(stacked, path, variant="mroe")
    with pytest.raises(InputError, match="the result has no variants"):
        burncast.write_sip_library(one, path, variant="more")


def test_the_same_export_has_the_same_seeds_and_another_scenario_others():
    first, again = (sip_library(result(), ["cash"], 2)[0]["U01"] for _ in range(2))
    other = result().assign_attrs(sha256="cd" * 32)
    assert first == again != sip_library(other, ["cash"], 2)[0]["U01"]
    assert sip_library(result(), ["cash"], 2, entity=77)[0]["U01"]["rng"][0]["arguments"]["entity"] == 77


@pytest.mark.parametrize(
    ("quantities", "period", "message"),
    [
        (["cahs"], None, "the result has no tracked quantity 'cahs'; it has cash, .*did you mean 'cash'"),
        (["cash"], 3, "there is no period 3; the result has 0 to 2"),
        (["cash"], 0, "cash has no value at period 0; expected a period from 1 on"),
    ],
)
def test_what_is_not_in_the_result_is_named(quantities, period, message):
    with pytest.raises(InputError, match=message):
        sip_library(result(), quantities, period)


def export(*arguments):
    return CliRunner().invoke(app, ["export", *(str(argument) for argument in arguments)])


def test_the_command_writes_a_library_from_saved_results(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "dataset.nc").write_bytes(encode_dataset(result()))
    out = tmp_path / "cash.SIPmath"
    done = export(tmp_path / "results", "--to", "sip", "--quantity", "cash", "--period", "1", "-o", out)
    assert "left out" not in done.stderr
    assert (done.exit_code, done.stdout) == (0, "")
    assert burncast.read_sip_library(out).names == ("cash_1",)
    again = export(tmp_path / "results" / "dataset.nc", "--to", "sip", "-o", out)
    assert (again.exit_code, f"{out} is there already" in again.stderr) == (2, True)
    assert export(tmp_path / "results" / "dataset.nc", "--to", "sip", "-o", out, "--force").exit_code == 0
    assert burncast.read_sip_library(out).names == ("cash_2", "users_2", "churn_2", "seats_2")


def test_mistakes_of_the_command_leave_with_2(tmp_path):
    (tmp_path / "dataset.nc").write_bytes(encode_dataset(result()))
    (tmp_path / "notes.nc").write_text("none", encoding="utf-8")
    (tmp_path / "taken.SIPmath").write_text("{}", encoding="utf-8")
    out = tmp_path / "x.SIPmath"
    for arguments, message in [
        ((tmp_path, "--to", "spi", "-o", out), "json, netcdf, zarr, sip; did you mean 'sip'?"),
        ((tmp_path / "none", "--to", "sip", "-o", out), "expected a folder that burncast run --out wrote"),
        ((tmp_path / "notes.nc", "--to", "sip", "-o", out), "notes.nc is no result of burncast"),
        ((tmp_path, "--to", "sip", "-o", tmp_path / "taken.SIPmath"), "is there already; --force"),
        ((tmp_path, "--to", "sip", "-o", out, "--quantity", "rent"), "the result has no tracked quantity 'rent'"),
    ]:
        done = export(*arguments)
        assert done.exit_code == 2
        assert message in done.stderr
        assert "Traceback" not in done.output
    assert not out.exists()


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b"[]"])
def test_what_is_no_library_is_refused(tmp_path, content):
    path = tmp_path / "library.SIPmath"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"library\.SIPmath"):
        burncast.read_sip_library(path)
    with pytest.raises(InputError, match="cannot be read"):
        burncast.read_sip_library(tmp_path / "none")
