"""The tally against NumPy on the same values, and its order-independence."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tallied import chunk_of, chunks_of, tally_of

from burncast.distributions.errors import InputError
from burncast.engine.numerics.lanes import CHUNK, LANES
from burncast.engine.statistics.chunk_arrays import COUNT
from burncast.engine.statistics.chunk_tally import ChunkTally
from burncast.engine.statistics.histogram import record
from burncast.engine.tally import Tally

PROBABILITIES = np.array([0.0, 1e-6, 0.001, 0.01, 0.05, 0.1, 0.25, 1 / 3, 0.5, 0.8, 0.9, 0.99, 0.99999, 1.0])
BIN = 2.0**-8

rng = np.random.default_rng(20_230_601)
LAWS = {
    "normal": rng.normal(size=70_001),
    "far from zero": 1e12 + rng.normal(size=5_000),
    "lognormal": rng.lognormal(20.0, 2.0, size=70_001),
    "negative": -rng.exponential(size=300),
    "with an atom at zero": np.maximum(rng.normal(size=10_000), 0.0),
    "signed zeros": rng.choice([-0.0, 0.0, 1.0, -1.0], size=1_000),
    "mixed signs over the whole range": rng.choice([-1.0, 1.0], 20_000) * 10.0 ** rng.uniform(-320, 308, 20_000),
    "Cauchy": rng.standard_cauchy(size=65_537),
    "integers": rng.poisson(3.0, size=10_000).astype(np.float64),
    "subnormal": rng.integers(-9, 9, 500) * 5e-324,
    "one value": np.array([-7.25]),
    "two values": np.array([3.0, -4.0]),
    "sorted": np.sort(rng.normal(100.0, 30.0, size=4_097)),
}


def reference_quantiles(values):
    """np.quantile, and what is allowed: 2⁻⁸ of the greater neighbouring order statistic, or a subnormal bin."""
    around = [np.quantile(values, PROBABILITIES, method=method) for method in ("lower", "higher")]
    with np.errstate(over="ignore"):
        expected = np.quantile(values, PROBABILITIES)
    return expected, BIN * np.abs(around).max(axis=0) + 2.0**-1030


@pytest.mark.parametrize("name", LAWS)
def test_quantiles_are_within_a_bin_of_those_of_numpy(name):
    values = LAWS[name]
    tally = tally_of(chunks_of(values))
    expected, tolerance = reference_quantiles(values)
    found = tally.quantile(0, PROBABILITIES)
    assert np.all(np.abs(found - expected) <= tolerance)
    assert found[0] == values.min()
    assert found[-1] == values.max()
    assert np.all(np.diff(found) >= 0.0)


def test_that_tolerance_is_one_a_coarser_histogram_would_miss():
    values = LAWS["lognormal"]
    expected, tolerance = reference_quantiles(values)
    rounded = np.quantile(np.exp(np.round(np.log(values) * 64) / 64), PROBABILITIES)
    assert np.any(np.abs(rounded - expected) > tolerance)


@pytest.mark.parametrize("name", [name for name in LAWS if name != "mixed signs over the whole range"])
def test_moments_are_those_of_numpy(name):
    values = LAWS[name]
    tally = tally_of(chunks_of(values))
    assert tally.count(0) == values.size
    assert tally.mean(0) == pytest.approx(np.mean(values), rel=1e-12, abs=1e-14 * np.abs(values).max())
    if values.size > 1:
        centred = values - values.mean()
        assert tally.sd(0) == pytest.approx(np.std(centred, ddof=1), rel=1e-9)
        assert tally.mean_se(0) == tally.sd(0) / np.sqrt(values.size)


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=600),
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=5),
)
def test_any_values_any_probabilities(values, probabilities):
    values = np.array(values) / 2.0
    found = tally_of(chunks_of(values)).quantile(0, probabilities)
    around = [np.quantile(values, probabilities, method=method) for method in ("lower", "higher")]
    tolerance = BIN * np.abs(around).max(axis=0) + 2.0**-1030
    assert np.all(found >= around[0] - tolerance)
    assert np.all(found <= around[1] + tolerance)


@pytest.mark.parametrize("value", [0.0, -0.0, 3.3, -1e300, 5e-324, 1.7976931348623157e308])
def test_constants_come_out_exact(value):
    tally = tally_of(chunks_of(np.full(CHUNK + 77, value)))
    found = tally.quantile(0, PROBABILITIES)
    assert np.all(found == value)
    assert not np.any(np.signbit(found[found == 0.0]))
    assert tally.mean(0) == value
    assert tally.sd(0) == 0.0


@pytest.mark.parametrize("count", [1, 2, 255, 256, 257, 8 * LANES - 1, 8 * LANES, 8 * LANES + 1, CHUNK - 1, CHUNK])
def test_partial_blocks_count_their_active_lanes_only(count):
    values = rng.normal(1.0, 3.0, size=(2, count))
    chunk = chunk_of(values, np.zeros(count, np.int64), 3)
    tally = tally_of([chunk])
    for row in range(2):
        assert tally.count(row) == count
        assert tally.low[row] == values[row].min()
        assert tally.high[row] == values[row].max()
        assert tally.mean(row) == pytest.approx(values[row].mean(), rel=1e-12, abs=1e-13)
        pages = [tally.page(row, top) for top in tally.tops(row)]
        assert sum(int(page.sum()) for page in pages) == count


def test_every_value_is_in_its_own_bin():
    values = np.concatenate([LAWS["normal"], LAWS["mixed signs over the whole range"], LAWS["signed zeros"]])
    tally = tally_of(chunks_of(values))
    keys, counts = np.unique((values + 0.0).view(np.uint64) >> np.uint64(44), return_counts=True)
    found = {
        (top << 8) + place: int(tally.page(0, top)[place])
        for top in tally.tops(0)
        for place in tally.page(0, top).nonzero()[0]
    }
    assert found == dict(zip(keys.tolist(), counts.tolist(), strict=True))


CHUNKS = chunks_of(
    np.stack(
        [rng.normal(size=5 * CHUNK + 9), 1e9 * rng.lognormal(0.0, 3.0, size=5 * CHUNK + 9), np.full(5 * CHUNK + 9, 0.1)]
    ),
    rng.integers(0, 5, size=5 * CHUNK + 9),
)
WHOLE = tally_of(CHUNKS).to_bytes()


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(CHUNKS))), st.lists(st.integers(0, len(CHUNKS)), max_size=3), st.booleans())
def test_any_order_and_grouping_gives_the_same_bits(order, cuts, stored):
    bounds = [0, *sorted(cuts), len(order)]
    tally = Tally(3, 3)
    for begin, end in itertools.pairwise(bounds):
        group = Tally(3, 3)
        for i in order[begin:end]:
            group.add(CHUNKS[i])
        tally.merge(Tally.from_bytes(group.to_bytes()) if stored else group)
    assert tally.to_bytes() == WHOLE
    assert tally.trajectories == 5 * CHUNK + 9


def test_a_chunk_tally_can_be_cleared_and_used_again():
    chunk = chunk_of(rng.lognormal(0.0, 9.0, size=(1, 5_000)), np.zeros(5_000, np.int64), 3, pages=999)
    chunk.clear()
    assert tally_of([chunk]).to_bytes() == Tally(1, 3).to_bytes()
    fresh = ChunkTally.empty(1, 3)
    block = rng.normal(size=LANES)
    for each in (chunk, fresh):
        record(block, LANES, 0, each.arrays)
    assert tally_of([chunk]).to_bytes() == tally_of([fresh]).to_bytes()


def test_a_pool_too_small_says_how_many_values_it_lost():
    values = 2.0 ** np.arange(0.0, 640.0, 40.0).repeat(LANES // 16)  # only the greatest are in the window
    chunk = ChunkTally.empty(1, 3, pages=4)
    record(values, LANES, 0, chunk.arrays)
    assert chunk.settle() == 11 * LANES // 16
    with pytest.raises(ValueError, match="lost"):
        Tally(1, 3).add(chunk)
    grown = chunk.grown().grown()
    record(values, LANES, 0, grown.arrays)
    assert grown.settle() == 0
    assert tally_of([grown]).quantile(0, 1.0) == 2.0**600


def test_nan_and_infinity_are_safe_and_seen():
    values = np.array([np.nan, -np.nan, np.inf, -np.inf, 0.0] * 60)
    chunk = chunk_of(np.stack([values, np.where(np.isnan(values), 1.0, values)]), np.zeros(300, np.int64), 3)
    tally = tally_of([chunk])
    assert tally.count(0) == tally.count(1) == 300
    assert np.all(np.isnan(tally.quantile(0, PROBABILITIES)))
    assert tally.quantile(1, [0.0, 0.1, 0.3, 0.9, 1.0]).tolist() == [-np.inf, -np.inf, 0.0, np.inf, np.inf]
    assert tally.quantile(1, 0.7) == pytest.approx(1.0, rel=BIN)
    assert np.isnan(tally.mean(0))
    assert np.isnan(tally.mean(1))


def test_a_row_without_values():
    tally = Tally(2, 3)
    assert tally.trajectories == 0
    assert np.isnan(tally.mean(1))
    assert np.isnan(tally.quantile(1, 0.5))
    assert Tally.from_bytes(tally.to_bytes()).to_bytes() == tally.to_bytes()


def test_first_passages_are_counted():
    passage = rng.integers(0, 5, size=CHUNK + 100)
    tally = tally_of(chunks_of(np.zeros(CHUNK + 100), passage))
    assert tally.first_passage.tolist() == np.bincount(passage, minlength=5).tolist()


def test_counts_beyond_32_bits():
    tally = tally_of(chunks_of(np.full(CHUNK, 2.5)))
    for _ in range(17):
        tally.merge(Tally.from_bytes(tally.to_bytes()))
    assert tally.trajectories == tally.count(0) == CHUNK << 17
    assert int(tally.page(0, tally.tops(0)[0]).sum()) == CHUNK << 17
    assert Tally.from_bytes(tally.to_bytes()).quantile(0, 0.3) == 2.5


def test_damaged_and_foreign_bytes_are_refused():
    with pytest.raises(InputError, match="not a tally"):
        Tally.from_bytes(b"PK" + WHOLE)
    for damaged in (WHOLE[:-1], WHOLE + b"\0", WHOLE[:200] + b"\xff" + WHOLE[201:], WHOLE[:20]):
        with pytest.raises(InputError):
            Tally.from_bytes(damaged)


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="shape"):
        Tally(1, 3).add(CHUNKS[0])
    with pytest.raises(ValueError, match="shape"):
        Tally(3, 4).merge(Tally(3, 3))
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        Tally(1, 1).quantile(0, [0.5, 1.5])


def test_memory_of_twelve_quantities_over_three_years_is_a_few_megabytes():
    values = rng.lognormal(10.0, 0.5, size=(1, 20_000))
    chunk = chunk_of(np.repeat(values, 12 * 37 + 1, axis=0), np.zeros(20_000, np.int64), 36)
    tally = tally_of([chunk])
    assert np.all(chunk.arrays.moments[:, COUNT] == 20_000)
    assert tally.nbytes < 6_000_000


@pytest.mark.parametrize("name", ["integers", "signed zeros"])
def test_quantiles_of_whole_numbers_below_512_are_exact(name):
    values = LAWS[name]
    spread = np.concatenate([values, np.arange(-511.0, 512.0)])
    for each in (values, spread):
        tally = tally_of(chunks_of(each))
        expected = np.quantile(each, PROBABILITIES)
        for one in (tally, Tally.from_bytes(tally.to_bytes())):
            np.testing.assert_allclose(one.quantile(0, PROBABILITIES), expected, rtol=1e-15)


def test_one_part_of_a_whole_number_anywhere_is_remembered():
    values = np.repeat(np.arange(1.0, 6.0), CHUNK // 2)
    tally = tally_of(chunks_of(values))
    assert tally.whole[0]
    assert tally.quantile(0, 0.5) == 3.0
    values[-1] += 0.5
    assert not tally_of(chunks_of(values)).whole[0]


def test_quantiles_of_great_whole_numbers_are_whole_and_within_a_bin():
    values = rng.poisson(1e6, size=5_000).astype(np.float64)
    found = tally_of(chunks_of(values)).quantile(0, np.arange(0, 5_000, 7) / 4_999)
    np.testing.assert_allclose(found, np.round(found), atol=1e-6)
    expected, tolerance = np.sort(values)[::7], BIN * values.max()
    assert np.all(np.abs(found - expected) <= tolerance)
