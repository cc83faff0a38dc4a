"""Every process, input and draw in its own law: moments, autocovariances and whole distributions."""

import numpy as np
import pytest
from forecasts import forecast, whole_number_counts
from laws import assert_discrete_law, assert_mean, assert_probability, assert_quantile, assert_sd, assert_tallied_law
from oracles import diffusions, markov_chain, shot_noise
from scipy import stats

DT, LAG = 1.0 / 12.0, 5
PERIODS = np.array([1, 3, 6, 12, 18])
SPEED = np.log(2.0) / 0.5


def diffusions_at(gbm_volatility=0.35, half_life=0.5):
    return forecast(
        f"""
        [scenario]
        periods = 18
        [processes]
        price = "gbm(start=2.0, drift=-0.2, volatility={gbm_volatility})"
        rate = "ou(start=1.0, mean=0.4, half_life={half_life}, volatility=0.6)"
        energy = "log_ou(start=0.08, mean=0.05, speed={SPEED}, volatility=0.5)"
        level = "random_walk(start=-1.0, drift=0.5, volatility=0.9)"
        mood = "ar1(start=1.0, mean=0.2, phi=0.7, sd=0.3)"
        [formulas]
        price_twice = "price * lag(price, {LAG})"
        rate_twice = "rate * lag(rate, {LAG})"
        energy_twice = "energy * lag(energy, {LAG})"
        level_twice = "level * lag(level, {LAG})"
        mood_twice = "mood * lag(mood, {LAG})"
        [outputs]
        track = ["price", "rate", "energy", "level", "mood",
                 "price_twice", "rate_twice", "energy_twice", "level_twice", "mood_twice"]
        """
    )


@pytest.fixture(scope="module")
def found():
    return diffusions_at()


def ar1_moments(t):
    """Mean and sd of X_t = 0.2 + 0.7 (X − 0.2) + 0.3 Z from 1."""
    return 0.2 + 0.8 * 0.7**t, 0.3 * np.sqrt((1.0 - 0.7 ** (2 * t)) / (1.0 - 0.49))


MOMENTS = {
    "price": lambda t: diffusions.gbm(2.0, -0.2, 0.35, t * DT),
    "rate": lambda t: diffusions.ornstein_uhlenbeck(1.0, 0.4, SPEED, 0.6, t * DT),
    "energy": lambda t: diffusions.log_ornstein_uhlenbeck(0.08, 0.05, SPEED, 0.5, t * DT),
    "level": lambda t: (-1.0 + 0.5 * t * DT, 0.9 * np.sqrt(t * DT)),
    "mood": ar1_moments,
}
COVARIANCES = {
    "price": lambda s, t: diffusions.gbm_autocovariance(2.0, -0.2, 0.35, s * DT, t * DT),
    "rate": lambda s, t: diffusions.ornstein_uhlenbeck_autocovariance(SPEED, 0.6, s * DT, t * DT),
    "energy": lambda s, t: diffusions.log_ornstein_uhlenbeck_autocovariance(0.08, 0.05, SPEED, 0.5, s * DT, t * DT),
    "level": lambda s, _: 0.81 * s * DT,
    "mood": lambda s, t: 0.7 ** (t - s) * ar1_moments(s)[1] ** 2,
}
LOGNORMAL = ("price", "energy")


def law(name, t):
    """The process's law at period t."""
    mean, sd = MOMENTS[name](t)
    if name in LOGNORMAL:
        sigma = np.sqrt(np.log1p((sd / mean) ** 2))
        return stats.lognorm(sigma, scale=mean / np.exp(sigma**2 / 2.0))
    return stats.norm(mean, sd)


@pytest.mark.parametrize("name", MOMENTS)
def test_moments_of_diffusions(found, name):
    assert_mean(*found.means(name, PERIODS), MOMENTS[name](PERIODS)[0])
    for period in PERIODS:
        exact = law(name, period)
        assert_sd(found.sd(name, period), found.trajectories, exact.std(), float(exact.stats("k")))


@pytest.mark.parametrize("name", MOMENTS)
@pytest.mark.parametrize("period", [1, 12])
def test_laws_of_diffusions(found, name, period):
    row = found.row(name, period)
    assert_tallied_law(found.tally, row, law(name, period).cdf)
    p = np.array([0.001, 0.05, 0.5, 0.95, 0.999])
    assert_quantile(found.tally.quantile(row, p), p, found.trajectories, law(name, period).cdf)


@pytest.mark.parametrize("name", MOMENTS)
def test_autocovariances_of_diffusions(found, name):
    for later in (LAG + 1, 12, 18):
        earlier = later - LAG
        product = COVARIANCES[name](earlier, later) + MOMENTS[name](earlier)[0] * MOMENTS[name](later)[0]
        assert_mean(*found.mean(f"{name}_twice", later), product)


def test_slightly_wrong_diffusions_are_found_out():
    wrong = diffusions_at(gbm_volatility=0.35 * 1.01, half_life=0.505)
    price = law("price", 12)
    with pytest.raises(AssertionError, match="standard errors"):
        assert_sd(wrong.sd("price", 12), wrong.trajectories, price.std(), float(price.stats("k")))
    with pytest.raises(AssertionError, match="standard errors"):
        assert_mean(*wrong.means("rate", PERIODS), MOMENTS["rate"](PERIODS)[0])
    with pytest.raises(AssertionError, match="Kolmogorov"):
        assert_tallied_law(wrong.tally, wrong.row("price", 12), law("price", 11).cdf)


RATE, DECAY, SIZE_MEAN, SIZE_SD = 3.0, 2.5, 0.2, 0.15


def jumps_at(rate=RATE):
    return forecast(
        f"""
        [scenario]
        periods = 18
        [processes]
        news = "jumps(rate={rate}, size=gamma(mean={SIZE_MEAN}, sd={SIZE_SD}), decay={DECAY})"
        losses = "jumps(rate={rate}, size=exponential(mean=0.5))"
        [formulas]
        news_twice = "news * lag(news, {LAG})"
        news_cubed = "news ** 3"
        quiet = "where(losses == 0, 1, 0)"
        [outputs]
        track = ["news", "losses", "news_twice", "news_cubed", "quiet"]
        """
    )


@pytest.fixture(scope="module")
def jumps():
    return jumps_at()


SIZES = [stats.gamma((SIZE_MEAN / SIZE_SD) ** 2, scale=SIZE_SD**2 / SIZE_MEAN).moment(k) for k in (1, 2, 3, 4)]
LOSSES = [0.5, 2 * 0.5**2, 6 * 0.5**3, 24 * 0.5**4]


def assert_campbell(run, name, sizes, decay):
    for period in PERIODS:
        k = [shot_noise.cumulant(order, RATE, sizes[order - 1], decay, period * DT) for order in (1, 2, 3, 4)]
        assert_mean(*run.mean(name, period), k[0])
        assert_sd(run.sd(name, period), run.trajectories, np.sqrt(k[1]), k[3] / k[1] ** 2)


def test_shot_noise_has_the_cumulants_of_campbell(jumps):
    assert_campbell(jumps, "news", SIZES, DECAY)
    for period in PERIODS:
        k = [shot_noise.cumulant(order, RATE, SIZES[order - 1], DECAY, period * DT) for order in (1, 2, 3)]
        assert_mean(*jumps.mean("news_cubed", period), k[2] + 3.0 * k[1] * k[0] + k[0] ** 3)


def test_permanent_jumps_are_a_compound_poisson_process(jumps):
    assert_campbell(jumps, "losses", LOSSES, 0.0)
    for period in PERIODS:
        quiet = round(jumps.mean("quiet", period)[0] * jumps.trajectories)
        assert_probability(quiet, jumps.trajectories, shot_noise.no_jump(RATE, period * DT))


def test_autocovariance_of_shot_noise(jumps):
    for later in (LAG + 1, 12, 18):
        earlier = later - LAG
        means = [shot_noise.cumulant(1, RATE, SIZES[0], DECAY, period * DT) for period in (earlier, later)]
        covariance = shot_noise.autocovariance(RATE, SIZES[1], DECAY, earlier * DT, later * DT)
        assert_mean(*jumps.mean("news_twice", later), covariance + means[0] * means[1])


def test_slightly_wrong_jumps_are_found_out():
    wrong = jumps_at(rate=RATE * 1.01)
    with pytest.raises(AssertionError, match="standard errors"):
        assert_campbell(wrong, "news", SIZES, DECAY)
    with pytest.raises(AssertionError, match="standard errors"):
        assert_campbell(wrong, "losses", LOSSES, 0.0)


TRANSITION = [[0.9, 0.08, 0.02], [0.3, 0.6, 0.1], [0.05, 0.45, 0.5]]


@pytest.mark.parametrize("start", [0, 2, [0.2, 0.5, 0.3]])
def test_regimes_are_occupied_as_the_chain_says(start):
    found = forecast(
        f"""
        [scenario]
        periods = 18
        [processes]
        market = {{ value = "markov(transition={TRANSITION}, start={start})", states = ["calm", "tense", "crisis"] }}
        [formulas]
        crisis = "where(market == 'crisis', 1, 0)"
        crises = "cumulative(crisis)"
        [outputs]
        track = ["market", "crises"]
        """
    )
    exact = markov_chain.occupation(TRANSITION, start, 18)
    for period in PERIODS:
        counts = whole_number_counts(found.tally, found.row("market", period), 2)
        assert_discrete_law(counts, np.append(exact[period], 0.0))
    mean, sd = markov_chain.occupation_time_moments(TRANSITION, start, 18, 2)
    assert_mean(*found.mean("crises", 18), mean)
    assert_sd(found.sd("crises", 18), found.trajectories, sd, excess_kurtosis=4.0)
    wrong = markov_chain.occupation([TRANSITION[0], [0.31, 0.59, 0.1], TRANSITION[2]], start, 18)
    with pytest.raises(AssertionError, match="chi-square"):
        assert_discrete_law(whole_number_counts(found.tally, found.row("market", 18), 2), np.append(wrong[18], 0.0))


DRAWS = {
    "lost": stats.poisson(0.7),
    "gained": stats.poisson(60.0),
    "closed": stats.binom(9, 0.3),
    "stayed": stats.binom(200, 0.97),
    "failed": stats.bernoulli(0.05),
    "rolled": stats.randint(1, 7),
}


@pytest.fixture(scope="module")
def draws():
    return forecast(
        """
        [scenario]
        periods = 5
        [processes]
        rolled = "iid(discrete(values=[1, 2, 3, 4, 5, 6], weights=[1, 1, 1, 1, 1, 1]))"
        [formulas]
        lost = "poisson(0.7)"
        gained = "poisson(60)"
        closed = "binomial(9, 0.3)"
        stayed = "binomial(200, 0.97)"
        failed = "chance(0.05)"
        lost_twice = "lost * lag(lost, 1)"
        [outputs]
        track = ["lost", "gained", "closed", "stayed", "failed", "rolled", "lost_twice"]
        """
    )


@pytest.mark.parametrize("name", DRAWS)
def test_counts_in_formulas(draws, name):
    for period in (1, 5):
        counts = whole_number_counts(draws.tally, draws.row(name, period), 220)
        assert_discrete_law(counts, np.append(DRAWS[name].pmf(np.arange(221)), DRAWS[name].sf(220)))


def test_counts_of_different_periods_are_independent(draws):
    assert_mean(*draws.mean("lost_twice", 4), 0.7**2)


def test_a_slightly_wrong_count_is_found_out(draws):
    counts = whole_number_counts(draws.tally, draws.row("lost", 5), 220)
    with pytest.raises(AssertionError, match="chi-square"):
        assert_discrete_law(counts, np.append(stats.poisson.pmf(np.arange(221), 0.707), 0.0))
    counts = whole_number_counts(draws.tally, draws.row("stayed", 5), 220)
    with pytest.raises(AssertionError, match="chi-square"):
        assert_discrete_law(counts, np.append(stats.binom.pmf(np.arange(221), 200, 0.9695), 0.0))


INPUTS = {
    "need": ("lognormal(mean=3, sd=2)", stats.lognorm(np.sqrt(np.log1p(4 / 9)), scale=3 / np.sqrt(1 + 4 / 9))),
    "share": ("beta(2, 5)", stats.beta(2, 5)),
    "cash": ("triangular(low=6, mode=8, high=12)", stats.triang(1 / 3, 6, 6)),
    "tail": ("student_t(4)", stats.t(4)),
    "size": ("pareto(3, 2)", stats.pareto(3, scale=2)),
    "range": ('"2 to 8"', stats.lognorm(np.log(4) / (2 * stats.norm.ppf(0.95)), scale=4)),
}


def test_inputs_keep_their_laws():
    lines = "\n".join(f"{name} = {text if text[0] == chr(34) else repr(text)}" for name, (text, _) in INPUTS.items())
    found = forecast(
        f"""
        [scenario]
        periods = 1
        [inputs]
        {lines}
        [outputs]
        track = {list(INPUTS)}
        """
    )
    p = np.array([0.001, 0.05, 0.5, 0.95, 0.999])
    for name, (_, exact) in INPUTS.items():
        row = found.row(name, 1)
        assert_tallied_law(found.tally, row, exact.cdf)
        assert_quantile(found.tally.quantile(row, p), p, found.trajectories, exact.cdf)
    assert_mean(*found.mean("need", 1), 3.0)
    with pytest.raises(AssertionError, match="Kolmogorov"):
        assert_tallied_law(found.tally, found.row("tail", 1), stats.t(4.5).cdf)
