"""Scenarios whose programs have every instruction, or whose formulas are drawn at random."""

from hypothesis import strategies as st

__all__ = ["EVERYTHING", "EXPRESSIONS", "PERIODS", "document", "scenario_of"]

PERIODS = 7


def document(quantities: dict, **sections) -> dict:
    """A scenario over two dimensions from its quantities by section."""
    return {
        "scenario": {"title": "test", "periods": PERIODS, "start": "2023-06"},
        "dimensions": {"product": ["free", "plus", "api"], "region": ["us", "eu"]},
        **quantities,
        **sections,
    }


EVERYTHING = document(
    {
        "inputs": {
            "low": "2 to 8",
            "skewed": {"value": "beta(2, 3)", "over": "product"},
            "wide": {"value": {"free": 0, "plus": "uniform(1, 2)", "api": "gamma(2, 3)"}, "over": "product"},
            "lumpy": "discrete([1, 2, 5], weights=[0.2, 0.5, 0.3])",
            "matrix": {"value": "normal(1, 0.1)", "over": ["product", "region"]},
        },
        "processes": {
            "price": "gbm(start=1, drift=0.1, volatility=low / 10)",
            "prices": {"value": "gbm(start=2, drift=-0.2, volatility=0.3)", "over": "product"},
            "rate": "ou(start=0.05, mean=0.04, half_life=0.5, volatility=0.02)",
            "energy": "log_ou(start=0.08, mean=0.08, speed=2, volatility=0.6)",
            "walk": {"value": "random_walk(start=0, drift=1, volatility=0.2)", "over": ["product", "region"]},
            "mood": "ar1(start=1, mean=0, phi=0.5, sd=0.3)",
            "news": "jumps(rate=20, size=lognormal(mean=0.2, sd=0.1), decay=4)",
            "steps": {"value": "jumps(rate=9, size=1)", "over": "region"},
            "market": {
                "value": "markov(transition=[[0.7, 0.3], [0.4, 0.6]], start=[0.5, 0.5])",
                "states": ["calm", "crisis"],
            },
            "bumps": "jumps(rate=low, size=price * lognormal(mean=0.2, sd=0.1), decay=low)",
            "regime": {
                "value": "markov(transition=[[1 - skewed / 9, skewed / 9], [0.4, 0.6]], start=[skewed, 1 - skewed])",
                "over": "product",
            },
            "noise": "iid(student_t(4))",
            "plan": {"schedule": {"2023-07": 1.0, "2023-10": 4.0}, "between": "interpolate"},
        },
        "formulas": {
            "by_product": "prices * skewed + wide",
            "by_both": "matrix * walk + by_product",
            "total": "sum(by_both) - sum(mean(by_both, over='region'))",
            "part": "sum(sum(by_both, over='product'))",
            "clipped": "clip(walk['api', 'us'], -0.5, 1.5) + min(price, 1) + max(energy, rate, 0.07)",
            "remembered": "lag(price, 2) + lag(sum(prices), 3, initial=7)",
            "trailing": "trailing_sum(rate, 3) + trailing_mean(walk['free', 'eu'], 4) + sum(lag(by_both, 1))",
            "delayed": "delay(price, 2.5, order=3) + smooth(energy, 3) + cumulative(rate)",
            "events": "chance(0.3) + chance(normal_cdf(rate)) + poisson(low) + poisson(90 + low)",
            "trials": "binomial(20, 0.3) + binomial(500, 0.7)",
            "shapes": "pow(price, 1.7) + price ** 2 + sqrt(price) + logistic(rate) + log(price)",
            "corners": "floor(7 * price) % 3 + abs(mood) + ceil(mood) + round(10 * rate)",
            "when": "step(2, 3) + ramp(0.5, 2, 5) + pulse(4, 2) + after('2023-09') + seasonal(0.2, 12)",
            "planned": "plan + time * dt",
            "chosen": "choose(market, price, rate) + where(market == 'crisis' and not price > 1, 1, 2)",
            "either": "1 if mood < 0 or mood == 1 else 2 - rate",
            "bent": "interp(price, [0.9, 1, 1.1], [0, 1, 5]) + lumpy + noise",
            "limited": "limited_mean(lognormal(mean=2, sd=3), low) + limited_mean(pareto(1.5, 1), low)",
            "by_expression": "limited_mean(lognormal(mean=low, sd=price), 4) + limited_mean(pareto(low, price), low)",
            "first": "events / 100 + trials / 900 + shapes + corners + when + planned + chosen + either",
            "second": "bent + limited + clipped + remembered + trailing + delayed + total / 50 + part / 50",
            "burn": "first + second + news + sum(steps) + bumps + sum(regime) + by_expression",
        },
        "stocks": {
            "users": {"start": "skewed", "next": "users * (1 + rate)", "over": "product"},
            "cash": {"start": "100 * low", "next": "cash - burn + sum(users) * price"},
            "before": {"start": 3, "next": "cash"},
        },
    },
    correlations=[
        {"between": ["price", "energy", "rate"], "matrix": [[1, 0.5, 0.2], [0.5, 1, 0.1], [0.2, 0.1, 1]]},
        {"between": ["mood", "noise"], "rho": 0.6, "copula": "t", "df": 4},
        {"between": ["low", 'skewed["plus"]'], "rho": -0.4},
    ],
    ruin={"when": "cash < 0", "need": "-cash"},
    outputs={
        "track": ["cash", "users", "burn", "by_both", "walk", "prices", "steps", "before", "market", "events", "news"]
    },
)


LEAVES = st.sampled_from(["a", "b", "c", "p", "q", "v", "time", "dt", "0.5", "2", "-1.25", 'v["plus"]'])


def combine(inner):
    binary = st.tuples(st.sampled_from(["+", "-", "*", "<", ">=", "and"]), inner, inner).map(
        lambda part: f"({part[1]} {part[0]} {part[2]})"
    )
    unary = st.tuples(
        st.sampled_from(["exp(-abs({}))", "normal_cdf({})", "sqrt(abs({}))", "-{}", "logistic({})"]), inner
    )
    lookback = st.tuples(
        st.sampled_from(["lag({}, 2)", "trailing_mean({}, 3)", "cumulative({})", "smooth({}, 2)"]), inner
    )
    pick = st.tuples(inner, inner, inner).map(lambda part: f"where({part[0]} > 0, {part[1]}, {part[2]})")
    ratio = st.tuples(inner, inner).map(lambda part: f"({part[0]} / (1 + abs({part[1]})))")
    return st.one_of(
        binary,
        unary.map(lambda part: part[0].format(part[1])),
        lookback.map(lambda part: part[0].format(part[1])),
        pick,
        ratio,
    )


EXPRESSIONS = st.recursive(LEAVES, combine, max_leaves=12)


def scenario_of(formulas, flow):
    """A scenario that tracks these formulas and a stock that takes ``flow``, itself bounded, on every period."""
    named = {f"f{number}": {"value": text} for number, text in enumerate(formulas)}
    return document(
        {
            "inputs": {"a": "normal(0, 1)", "b": "uniform(-1, 2)", "c": 0.75},
            "processes": {
                "p": "gbm(start=1, drift=b / 10, volatility=0.2)",
                "q": "ou(start=0, mean=a, half_life=1, volatility=0.5)",
                "v": {"value": "random_walk(start=0, drift=0, volatility=1)", "over": "product"},
            },
            "formulas": named,
            "stocks": {"s": {"start": "b", "next": f"s / 2 + clip(sum(v * 0 + ({flow})), -100, 100)"}},
        },
        ruin={"when": "s < -1", "need": "-s"},
        outputs={"track": ["s", *named]},
    )
