"""Inputs from SIPmath libraries: their laws, the dependence between them, and what is refused."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import burncast
from burncast.distributions.errors import InputError, ScenarioError
from burncast.distributions.sip_library import parse_sip_library

PUBLISHED = Path(__file__).parents[1] / "data" / "development_time.SIPmath.json"
LIBRARY = parse_sip_library(PUBLISHED.read_text(encoding="utf-8"))


pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "library.SIPmath").write_bytes(PUBLISHED.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sip(name):
    return f"sip('library.SIPmath', '{name}')"


def document(inputs, **more):
    names = list(inputs)
    return {
        "scenario": {"title": "From a library", "periods": 1},
        "dimensions": {"who": ["a", "b"]},
        "inputs": inputs,
        "stocks": {"cash": {"start": 0, "next": "cash"}},
        "outputs": {"track": names},
        **more,
    }


def draws(scenario, name, **options):
    result = burncast.simulate(scenario, trajectories=50_000, keep_paths=50_000, **options)
    return result[f"paths_{name}"].isel(period=1).values


@pytest.mark.parametrize("name", ["Variable1", "Accounts", "Orders", "SIP_2", "Poisson"])
def test_an_input_has_the_law_of_its_sip(name):
    scenario = burncast.load(document({"x": sip(name)}))
    result = burncast.simulate(scenario, trajectories=200_000, seed=3, method="sobol", quantiles=[0.05, 0.5, 0.95])
    law = LIBRARY.sip(name).law
    x = result["x"].isel(period=1).values
    below, above = law.cdf(x * (1 - 4e-3) - 1e-6), law.cdf(x * (1 + 4e-3) + 1e-6)  # the relative width of a bin
    assert np.all(below - 3e-3 <= [0.05, 0.5, 0.95])
    assert np.all(above + 3e-3 >= [0.05, 0.5, 0.95])


def test_a_rounded_sip_gives_whole_numbers():
    values = draws(burncast.load(document({"x": sip("Variable2_seed3_param")})), "x", seed=1)
    assert np.all(values == np.floor(values))
    law = LIBRARY.sip("Variable2_seed3_param").law
    share = float(law.cdf(10.5) - law.cdf(9.5))
    assert abs(np.mean(values == 10) - share) < 4 * math.sqrt(share * (1 - share) / 50_000)


@pytest.mark.parametrize("method", ["random", "sobol"])
def test_the_copula_of_the_library_holds_in_the_scenario(method):
    scenario = burncast.load(
        document({"products": sip("Products"), "fulfilment": "2 + " + sip("Fulfillment"), "orders": sip("Orders")})
    )
    result = burncast.simulate(scenario, trajectories=50_000, seed=5, keep_paths=50_000, method=method)
    values = [result[f"paths_{name}"].isel(period=1).values for name in ("products", "fulfilment", "orders")]
    rank = stats.spearmanr(np.stack(values, axis=1)).statistic
    assert abs(rank[0, 1] - 6 / math.pi * math.asin(0.75 / 2)) < 4 * 0.6 / math.sqrt(50_000)
    assert max(abs(rank[0, 2]), abs(rank[1, 2])) < 4 / math.sqrt(50_000)


def test_what_the_scenario_says_of_a_pair_goes_before_the_library():
    both = {"products": sip("Products"), "fulfilment": sip("Fulfillment")}
    scenario = burncast.load(document(both, correlations=[{"between": ["products", "fulfilment"], "rho": 0}]))
    result = burncast.simulate(scenario, trajectories=20_000, seed=5, keep_paths=20_000)
    values = [result[f"paths_{name}"].isel(period=1).values for name in both]
    assert abs(stats.spearmanr(*values).statistic) < 4 / math.sqrt(20_000)


def test_elements_of_a_dimension_are_members_too():
    inputs = {"months": {"value": {"a": sip("Products"), "b": sip("Fulfillment")}, "over": "who"}}
    (correlation,) = burncast.load(document(inputs)).correlations
    assert [member.labels for member in correlation.between] == [("a",), ("b",)]
    np.testing.assert_allclose(correlation.matrix, [[1, 0.75], [0.75, 1]], rtol=1e-15)


def test_fixing_one_in_a_variant_leaves_the_draws_of_the_other():
    both = {"products": sip("Products"), "fulfilment": sip("Fulfillment")}
    scenario = burncast.load(document(both, variants={"fixed": {"inputs": {"fulfilment": 9}}}))
    fixed = scenario.variants["fixed"]
    np.testing.assert_array_equal(draws(scenario, "products", variants=False), draws(fixed, "products"))
    for kept in ("products", "fulfilment"):
        other = burncast.load(document({name: law if name == kept else 9 for name, law in both.items()}))
        assert not other.correlations


def test_the_library_is_part_of_what_the_scenario_is(folder):
    first = burncast.load(document({"x": sip("Accounts")}))
    digest = hashlib.sha256(PUBLISHED.read_bytes()).hexdigest()
    assert f"# sha256 of library.SIPmath: {digest}" in first.text
    (folder / "again.toml").write_text(first.text, encoding="utf-8")
    assert burncast.load("again.toml").quantities["x"].value == first.quantities["x"].value
    changed = json.loads(PUBLISHED.read_text(encoding="utf-8")) | {"provenance": "another"}
    (folder / "library.SIPmath").write_text(json.dumps(changed), encoding="utf-8")
    assert burncast.load(document({"x": sip("Accounts")})).sha256 != first.sha256


def test_a_process_may_draw_a_sip_every_period():
    scenario = document({"x": 1}, processes={"months": f"iid({sip('Marketing')})"}, outputs={"track": ["months"]})
    result = burncast.simulate(burncast.load(scenario), trajectories=20_000, seed=2)
    assert abs(float(result["months_mean"].isel(period=1)) - LIBRARY.sip("Marketing").law.mean) < 4 * 5 / math.sqrt(2e4)


def test_the_method_library_takes_the_trials_of_the_library():
    inputs = {"z_first": sip("Fulfillment"), "products": f"3 * {sip('Products')}", "orders": sip("Orders")}
    inputs |= {"counts": sip("Poisson"), "own": "normal(0, 1)"}
    scenario = burncast.load(document(inputs))
    result = burncast.simulate(scenario, trajectories=5_000, seed=3, keep_paths=5_000, method="library")
    plain = burncast.simulate(scenario, trajectories=5_000, seed=3, keep_paths=5_000)
    for name, entry, factor in (("z_first", "Fulfillment", 1), ("products", "Products", 3), ("orders", "Orders", 1)):
        values = result[f"paths_{name}"].isel(period=1)
        np.testing.assert_allclose(values, factor * LIBRARY.trials(entry, 5_000), rtol=1e-7)
    np.testing.assert_array_equal(result["paths_counts"].isel(period=1), LIBRARY.trials("Poisson", 5_000))
    np.testing.assert_array_equal(result["paths_own"], plain["paths_own"])
    assert result.attrs["method"] == "library"
    replayed = burncast.replay(scenario, 123, seed=3, method="library")
    assert float(replayed["products"].isel(period=1)) == float(result["paths_products"].isel(period=1, trajectory=123))


def test_arrays_are_taken_in_the_order_of_their_trials(folder):
    library = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    rng = np.random.default_rng(2)
    arrays = {"u": rng.normal(size=200), "v": rng.poisson(2.0, 200).astype(float)}
    arrays["w"] = np.exp(arrays["u"] + rng.normal(size=200))
    for name, values in arrays.items():
        arguments = {"type": "array", "value": values.tolist()}
        library["sips"].append({"name": name, "function": "SIP_Array", "arguments": arguments})
    (folder / "library.SIPmath").write_text(json.dumps(library), encoding="utf-8")
    scenario = burncast.load(document({name: sip(name) for name in arrays}))
    result = burncast.simulate(scenario, trajectories=200, keep_paths=200, method="library")
    for name, values in arrays.items():
        np.testing.assert_array_equal(result[f"paths_{name}"].isel(period=1), values)
    with pytest.raises(InputError, match="trajectories is 201; the library has 200 trials"):
        burncast.simulate(scenario, trajectories=201, method="library")


@pytest.mark.parametrize(
    ("inputs", "correlations", "message"),
    [
        ({"x": "normal(0, 1)"}, [], "expected a scenario with inputs from SIPmath libraries"),
        ({"x": sip("Accounts") + " + normal(0, 1)"}, [], "x draws more than its SIP"),
        ({"x": sip("Accounts"), "y": "normal(0, 1)"}, [0.5], "x is correlated with y, otherwise than in its library"),
        ({"x": sip("Accounts"), "y": sip("Orders")}, [0.5], "x and y are correlated otherwise than in their library"),
        ({"x": sip("Variable2_seed3_param")}, [], "gives no trials by itself"),
    ],
)
def test_what_cannot_take_the_trials_of_a_library_is_named(inputs, correlations, message):
    entries = [{"between": ["x", "y"], "rho": rho} for rho in correlations]
    scenario = burncast.load(document(inputs, correlations=entries))
    with pytest.raises(InputError, match=message):
        burncast.simulate(scenario, trajectories=100, method="library")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"x": "sip('library.SIPmath')"}, r"inputs.x: a SIP has a library and a name; expected sip\("),
        ({"x": "sip('library.SIPmath', 3)"}, "a SIP has a library and a name"),
        ({"x": "sip('lib.SIPmath', 'Accounts')"}, "'lib.SIPmath' cannot be read: No such file"),
        ({"x": sip("Acounts")}, "'library.SIPmath': there is no SIP 'Acounts'.*did you mean 'Accounts'"),
        ({"x": sip("Accounts"), "y": sip("Accounts")}, "inputs.y: is the SIP 'Accounts' of .* as x is; expected x in"),
        ({"x": "sip('notes.txt', 'Accounts')"}, "'notes.txt': is not JSON"),
        ({"x": "sip('binary', 'Accounts')"}, "'binary': is not UTF-8 text"),
    ],
)
def test_mistakes_are_named(folder, inputs, message):
    (folder / "notes.txt").write_text("none", encoding="utf-8")
    (folder / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match=message):
        burncast.load(document(inputs))
