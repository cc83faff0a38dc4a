"""SIPmath libraries: published values of the generator, the trials of a published library, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from burncast.distributions.errors import LawError
from burncast.distributions.hdr import Hdr
from burncast.distributions.sip_library import correlation_of, normal_scores, parse_sip_library

PUBLISHED = (Path(__file__).parents[1] / "data" / "development_time.SIPmath.json").read_text(encoding="utf-8")
LIBRARY = parse_sip_library(PUBLISHED)
METADATA = {sip["name"]: sip.get("metadata", {}) for sip in json.loads(PUBLISHED)["sips"]}

#: Trials 1 to 10 with entity 10, varId 7, seed3 37, seed4 1, as Excel has them by the formula of the HDR 2.0 Seed
#: Standard, which shows 15 digits.
EXCEL = (
    *(0.54558909137267600, 0.47917687788140000, 0.81382024695631100, 0.16771954821888400, 0.88200610980857200),
    *(0.52571581501979400, 0.07926920370664450, 0.87031667365226900, 0.01457489083986730, 0.52163563633803300),
)


def hdr_by_whole_numbers(trial, entity, variable, seed3, seed4):
    """The formula as the standard writes it, in Python's unbounded integers."""
    first = (
        999999999999989
        % (
            (trial * 2499997 + variable * 1800451 + entity * 2000371 + seed3 * 1796777 + seed4 * 2299603)
            % 7450589
            * 4658
            + 7450581
        )
        * 383
        % 99991
    )
    second = (
        999999999999989
        % (
            (trial * 2246527 + variable * 2399993 + entity * 2100869 + seed3 * 1918303 + seed4 * 1624729)
            % 7450987
            * 7580
            + 7560584
        )
        * 17669
        % 7440893
    )
    return ((first * 7440893 + second) * 1343 % 2**32 + 0.5) / 2**32


def test_the_generator_has_the_published_values():
    np.testing.assert_allclose(Hdr(10, 7, 37, 1).uniforms(np.arange(1, 11)), EXCEL, rtol=0, atol=5.1e-16)


@pytest.mark.parametrize("seeds", [(1, 2, 3, 4), (9039920, 4, 0, 0), (10**9, 10**9, 10**9, 10**9)])
def test_no_product_overflows(seeds):
    trials = [1, 2, 1000, 10**9 - 1, 10**9]
    assert Hdr(*seeds).uniforms(trials).tolist() == [hdr_by_whole_numbers(trial, *seeds) for trial in trials]


def test_the_uniforms_are_uniform():
    uniforms = Hdr(1, 1).uniforms(np.arange(1, 100_001))
    assert stats.kstest(uniforms, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("seeds", [(-1, 0), (0, 10**9 + 1)])
def test_seeds_out_of_range_are_refused(seeds):
    with pytest.raises(LawError, match="expected a whole number from 0 to 10\\^9"):
        Hdr(*seeds)
    with pytest.raises(LawError, match="a trial is out of range"):
        Hdr(1, 1).uniforms([10**9 + 1])


@pytest.mark.parametrize("name", ["Accounts", "Products", "Orders", "Fulfillment", "Marketing"])
def test_trials_are_those_that_the_library_publishes(name):
    # The metadata hold 15 digits; Fulfillment hangs together with Products by the library's copula.
    published = [METADATA[name][f"Trial{number}"] for number in (1, 2, 3)]
    np.testing.assert_allclose(LIBRARY.trials(name, 3), published, rtol=1e-12)
    np.testing.assert_allclose(LIBRARY.trials(name, 2, first=2), published[1:], rtol=1e-12)


def test_trials_of_a_table_are_those_that_the_library_publishes():
    trials = LIBRARY.trials("Poisson", 300)
    published = {int(key.removeprefix("Trial")): value for key, value in METADATA["Poisson"].items() if "Trial" in key}
    assert {number: trials[number - 1] for number in published} == published
    assert abs(trials.mean() - 0.5) < 4 * np.sqrt(0.5 / 300)


def test_trials_of_an_array_are_the_array():
    array = json.loads(PUBLISHED)["sips"][-1]["arguments"]["value"]
    assert LIBRARY.trials("SIP_2", 13).tolist() == array
    assert LIBRARY.sip("SIP_2").law.atoms()[0].tolist() == sorted(array)
    with pytest.raises(LawError, match="'SIP_2' has 13 trials"):
        LIBRARY.trials("SIP_2", 14)


def test_what_is_between_bounds_or_rounded():
    assert LIBRARY.sip("Variable1").law.support == (0.0, 5.0)
    assert LIBRARY.sip("Variable2_seed3_param").rounded
    entered = json.loads(PUBLISHED)
    entered["U01"]["rng"][1]["arguments"]["seed3"] = 12
    rounded = parse_sip_library(json.dumps(entered)).trials("Variable2_seed3_param", 50)
    assert np.all(rounded == np.round(rounded))
    with pytest.raises(LawError, match="the generator 'HDR2' of 'Variable2_seed3_param' gives no trials by itself"):
        LIBRARY.trials("Variable2_seed3_param", 1)


def test_the_correlations_are_those_of_the_copula():
    expected = np.eye(3)
    expected[0, 1] = expected[1, 0] = 0.75
    np.testing.assert_allclose(LIBRARY.correlation(["Products", "Fulfillment", "Marketing"]), expected, atol=1e-15)
    normals = [LIBRARY.sip(name).normals(np.arange(1, 20_001)) for name in ("Products", "Fulfillment")]
    assert abs(np.corrcoef(*normals)[0, 1] - 0.75) < 4 * (1 - 0.75**2) / np.sqrt(20_000)


def test_variables_of_one_generator_move_together():
    marketing = LIBRARY.sip("Marketing")
    assert correlation_of([marketing, marketing, LIBRARY.sip("Accounts")])[0].tolist() == [1.0, 1.0, 0.0]


def test_arrays_hang_together_by_their_trials():
    rng = np.random.default_rng(1)
    x = rng.normal(size=4000)
    y = np.exp(0.6 * x + 0.8 * rng.normal(size=4000))
    document = json.loads(PUBLISHED)
    for name, values in (("x", x), ("y", y)):
        document["sips"].append(
            {"name": name, "function": "SIP_Array", "arguments": {"type": "array", "value": values.tolist()}}
        )
    library = parse_sip_library(json.dumps(document))
    matrix = library.correlation(["x", "y", "Accounts"])
    assert abs(matrix[0, 1] - 0.6) < 4 * (1 - 0.36) / np.sqrt(4000)
    assert matrix[2].tolist() == [0.0, 0.0, 1.0]
    assert normal_scores(np.array([2.0, 2.0])).tolist() == [0.0, 0.0]


def changed(change):
    document = json.loads(PUBLISHED)
    change(document)
    return json.dumps(document)


def remove_matrix(document):
    document["globalVariables"] = []


def impossible(document):
    cells = document["globalVariables"][0]["value"]["matrix"]
    for cell in cells:
        if cell["row"] != cell["col"]:
            cell["value"] = -0.9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[1]", "is no SIPmath library; expected an object with a list `sips`"),
        ('{"sips": [], "libraryType": "SIPmath_2"}', "is a library of type 'SIPmath_2'"),
        ('{"sips": [{}]}', r"sips\[0\] has no name"),
        (changed(lambda d: d["sips"].append(d["sips"][0])), "there are two SIPs 'Variable1'"),
        (changed(lambda d: d["U01"]["rng"][0]["arguments"].update(varId="x")), r"U01.rng\[0\]: its seeds are"),
        (changed(lambda d: d["U01"]["rng"][0]["arguments"].update(varId=-1)), r"U01.rng\[0\]: variable is -1"),
        (changed(lambda d: d["U01"]["copula"][0]["copulaLayer"].pop()), "of one length"),
        (changed(lambda d: d["U01"]["rng"].pop(2)), "there is no generator 'HDR4' in U01.rng"),
        (changed(remove_matrix), "the matrix 'correlationMatrixValue' is not among the globalVariables"),
        (changed(impossible), "is no correlation matrix"),
    ],
)
def test_what_is_no_library_is_refused(text, message):
    with pytest.raises(LawError, match=message):
        parse_sip_library(text)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "Demnd"}, "there is no SIP 'Demand'.*did you mean 'Demnd'"),
        ({"function": "PsiNormal"}, "has the function 'PsiNormal'; expected one of Metalog_1_0"),
        ({"ref": {"source": "rng", "name": "other"}}, "refers to rng other; expected what is in U01"),
        ({"arguments": {"aCoefficients": ["1", 2]}}, "has no list of numbers `aCoefficients`"),
        ({"arguments": {"aCoefficients": [1, 2], "lowerBound": "x"}}, "a bound of the SIP 'Demand' is no number"),
        ({"arguments": {"aCoefficients": [1.0, -2.0]}}, "the quantile function falls"),
        ({"function": "SIP_Array", "arguments": {"type": "csv", "url": "x"}}, "is an array that lies elsewhere"),
        ({"function": "Lookup_Table", "arguments": {"value": [[1]]}}, "is no table"),
    ],
)
def test_what_is_no_sip_is_refused(change, message):
    document = json.loads(PUBLISHED)
    document["sips"].append(document["sips"][0] | {"name": "Demand"} | change)
    library = parse_sip_library(json.dumps(document))
    with pytest.raises(LawError, match=message):
        assert library.sip("Demand").law is None
