"""A result is the same bits on another processor: here a plainer one.

NumPy, BLAS and numba choose code by what the processor can do. A second process does without everything that NumPy
takes up only where it finds it, and uses BLAS and compiled kernels as on the first processors with FMA (of x86-64). It
has to come to the same program and the same tally of a scenario that holds every family of laws in each of its forms,
every process, all kinds of correlation, and the functions that tabulate something.

On a processor that has nothing more the two processes are alike; there the test that reads the sources still tells.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from burncast.distributions.families import FAMILIES
from burncast.engine.compiler import compile_scenario
from burncast.engine.language.functions import PROCESSES
from burncast.engine.scenario import load
from burncast.engine.simulate import run

ROOT = Path(__file__).parents[1]
TRAJECTORIES = 3_000

DEPENDENT = frozenset(
    {"exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "power", "float_power", "cbrt"}
    | {"sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2"}
    | {"sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh"}
    | {"dot", "vdot", "matmul", "inner", "tensordot", "einsum", "linalg", "fft", "polyfit", "cov", "corrcoef"}
)
"""What NumPy computes by other instructions on other processors, to another last bit."""

LAWS = (
    "normal(10, 3)",
    "normal(p5=1.1, p90=7.3)",
    "normal(p5=1, p50=3, p95=7)",
    "lognormal(mean=2, sd=0.7)",
    "lognormal(mu=0.3, sigma=0.9)",
    "lognormal(p10=2, p90=9)",
    "uniform(mean=3, sd=0.7)",
    "uniform(p5=1, p95=3)",
    "triangular(low=1, mode=2.2, high=7)",
    "triangular(p5=1, p50=2.1, p95=3.4)",
    "pert(1, 2.3, 7)",
    "pert(1, 2, 7, peak=6.5)",
    "pert(p5=1, p50=2, p95=4)",
    "beta(0.4, 0.7, low=-1, high=3)",
    "beta(mean=0.3, sd=0.1)",
    "beta(p5=0.02, p95=0.06)",
    "gamma(0.6, 2)",
    "gamma(mean=3, sd=1.7)",
    "gamma(p5=0.7, p95=9)",
    "weibull(1.7, 2.3)",
    "weibull(mean=3, sd=1.7)",
    "weibull(p5=0.7, p50=3, p95=9)",
    "student_t(4.5, 1, 2)",
    "student_t(df=5, mean=1, sd=2)",
    "student_t(df=3.5, p5=-2, p95=3)",
    "exponential(3)",
    "exponential(rate=0.7)",
    "exponential(p90=7)",
    "pareto(2.7, 1.3)",
    "pareto(mean=3, sd=1.7)",
    "pareto(p10=1.3, p90=4)",
    "loglogistic(2.5, 3)",
    "loglogistic(mean=3, sd=1.7)",
    "loglogistic(p10=1.3, p90=4)",
    "gumbel(1, 2)",
    "gumbel(mean=3, sd=1.7)",
    "gumbel(p10=1.3, p90=4)",
    "frechet(2.6, 1.5)",
    "frechet(mean=3, sd=1.7)",
    "frechet(p10=1.3, p90=4)",
    "gev(1, 2, 0.3)",
    "gev(shape=-0.07, mean=3, sd=1.7)",
    "gev(p5=1, p50=3, p95=7)",
    "gpareto(0.3, 2, low=1)",
    "gpareto(mean=3, sd=1.7)",
    "gpareto(p10=1.3, p90=4, low=1)",
    "inverse_gaussian(2, 3)",
    "inverse_gaussian(mean=3, sd=1.7)",
    "inverse_gaussian(p10=1.3, p90=4)",
    "burr(2, 3, 1.5)",
    "burr(p5=1, p50=3, p95=7)",
    "johnson_su(-1, 2, 1, 3)",
    "johnson_su(p5=1, p30=2, p70=3, p95=7)",
    "johnson_sb(0.5, 1.2, low=-1, high=3)",
    "johnson_sb(p5=0.1, p95=0.4)",
    "skew_normal(1, 2, 3)",
    "skew_normal(mean=3, sd=1.7, skewness=-0.4)",
    "skew_normal(p5=1, p50=3, p95=6)",
    "poisson(3.7)",
    "binomial(50, 0.3)",
    "negative_binomial(2.5, 0.1)",
    "negative_binomial(mean=7, sd=3)",
    "negative_binomial(mean=7, dispersion=3.3)",
    "beta_binomial(50, 0.7, 3.1)",
    "beta_binomial(50, mean=0.3, sd=0.1)",
    "zero_inflated(poisson(2.3), 0.3)",
    "hurdle(gamma(2.3, 1.1), 0.3)",
    "metalog([10, 2, 0.5, 1])",
    "metalog(p10=2, p50=5, p90=14, low=0)",
    "metalog(p5=1, p10=2, p30=4, p50=5, p90=14, terms=3, low=-10, high=90)",
    "piecewise([0, 10, 10.5, 30], [0, 0.2, 0.2, 1])",
    "piecewise(edges=[0, 10, 20, 40], chips=[3, 5, 1])",
    "smoothed([5.1, 1.3, 3.7, 1.3], bandwidth=0.7)",
    "smoothed([5.1, 1.3, 3.7, 1.3])",
    "weibull(mode=3, p90=8)",
    "gamma(edges=[0, 10, 20, 40], chips=[3, 5, 1])",
    f"sip('{ROOT / 'tests' / 'data' / 'development_time.SIPmath.json'}', 'Orders')",
    "scipy('cauchy', loc=1, scale=2)",  # one of the few whose functions SciPy has from a compiled library alone
    "bernoulli(0.3)",
    "discrete([1, 2, 5], weights=[0.21, 0.52, 0.31])",
    "empirical([5.1, 1.3, 3.7, 1.3])",
    "mixture(lognormal(mu=0, sigma=1), pareto(1.5, 1), discrete([0, 2]), weights=[0.7, 0.1, 0.2])",
    "mixture(student_t(3), weibull(0.8, 2), gamma(0.5, 2), exponential(2))",
    "pool(normal(2, 1), lognormal(mu=0, sigma=1), weights=[1, 2], kind='log')",
    "pool(normal(2, 1), lognormal(mu=0, sigma=1), weights=[1, 2])",
    "truncate(normal(0, 1), low=0.3)",
    "truncate(lognormal(mu=0, sigma=1.3), low=0.1, high=9)",
    "truncate(mixture(beta(2, 3), triangular(0, 1, 2)), high=1.7)",
    "2 to 8",
    "interval(-2, 8)",
)
"""Every family, by its parameters, by moments and by percentiles where it has them."""

PATHS = {
    "price": "gbm(start=1, drift=0.1, volatility=0.3)",
    "energy": "log_ou(start=0.08, mean=0.09, half_life=0.5, volatility=0.6)",
    "rate": "ou(start=0.05, mean=0.04, speed=2, volatility=0.02)",
    "walk": "random_walk(start=0, drift=1, volatility=0.2)",
    "mood": "ar1(start=1, mean=0, phi=0.5, sd=0.3)",
    "news": "jumps(rate=20, size=lognormal(mean=0.2, sd=0.1), decay=4)",
    "many": "jumps(rate=900, size=weibull(mean=1, sd=0.6))",
    "market": "markov(transition=[[0.7, 0.3], [0.4, 0.6]], start=[0.3, 0.7])",
    "noise": "iid(student_t(4))",
}

FORMULAS = {
    "season": "seasonal(0.3, peak=4.7) * price",
    "claims": "poisson(3.7) + poisson(40 * price) + binomial(50, 0.3)",
    "capped": "limited_mean(lognormal(mean=2, sd=3), 4 * price) + limited_mean(pareto(1.7, 0.5), 2 * price)",
    "waited": "limited_mean(exponential(p90=3), energy) + delay(price, 3, order=3) + smooth(rate, 2.5)",
    "shaped": "logistic(walk) + normal_cdf(mood) + price ** 0.37 + exp(mood) * log(energy) + sqrt(price)",
    "folded": "exp(0.1 * period) + log(1 + period) * time ** 0.3 + chance(0.3)",
    "stepped": "interp(price, [0.5, 0.9, 1.7], [1, 3, 4.4]) + ramp(0.3, 2) - pulse(3)",
}

CORRELATIONS = (
    {"between": ["law_0", "law_3"], "rho": 0.37},
    {"between": ["law_4", "law_13", "law_19"], "matrix": [[1, 0.9, -0.7], [0.9, 1, 0.6], [-0.7, 0.6, 1]]},
    {"between": ["law_16", "law_22"], "rho": 0.6, "copula": "t", "df": 4},
    {"between": ["price", "energy", "rate"], "matrix": [[1, 0.3, 0.1], [0.3, 1, 0.2], [0.1, 0.2, 1]]},
    {"between": ["walk", "mood"], "rho": -0.4, "copula": "t", "df": 2.5},
    {"between": ["law_5", "law_6"], "rho": 0.3, "copula": "t", "df": 3, "measure": "spearman"},
    {"between": ["law_7", "law_8", "law_9"], "rho": 0.6, "copula": "clayton", "measure": "spearman"},
    {"between": ["law_10", "law_11"], "rho": 0.6, "copula": "gumbel", "measure": "spearman"},
    {"between": ["law_12", "law_14"], "theta": -3.7, "copula": "frank"},
    {"between": ["law_15", "law_17", "law_18"], "rho": 0.4, "copula": "frank", "measure": "kendall"},
    {"between": ["law_20", "noise"], "rho": 0.7},
)
"""A plain one, one that is not possible and has to be repaired, t copulas, Archimedean ones, an input with a process.
"""


def everything() -> dict[str, object]:
    laws = {f"law_{number}": law for number, law in enumerate(LAWS)}
    return {
        "scenario": {"title": "every part", "periods": 7, "start": "2023-06"},
        "inputs": laws,
        "processes": PATHS,
        "formulas": FORMULAS,
        "stocks": {"cash": {"start": "law_0", "next": "cash - season - 0.1 * claims + news"}},
        "correlations": list(CORRELATIONS),
        "ruin": {"when": "cash < 0", "need": "-cash"},
        "outputs": {"track": [*laws, *PATHS, *FORMULAS, "cash"]},
    }


def digests() -> dict[str, str]:
    scenario = load(everything())
    program = compile_scenario(scenario)
    parts = {name: getattr(program, name).tobytes() for name in ("setup", "odd", "scalars", "tables", "table_index")}
    parts["tally"] = run(scenario, TRAJECTORIES, seed=7, threads=1).tally.to_bytes()
    return {name: hashlib.sha256(content).hexdigest()[:16] for name, content in parts.items()}


def on_a_plainer_processor(folder) -> dict[str, str]:
    optional = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    environment = os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(optional), "NUMBA_CACHE_DIR": str(folder)}
    if platform.machine().lower() in {"x86_64", "amd64"}:
        first_with_fma = {"OPENBLAS_CORETYPE": "Haswell", "NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": ""}
        environment |= first_with_fma
    return environment


def test_the_scenario_holds_every_family_and_process():
    text = " ".join(LAWS)
    assert all(f"{family}(" in text for family in FAMILIES)
    assert all(any(path.startswith(f"{process}(") for path in PATHS.values()) for process in PROCESSES)


def test_another_processor_gives_the_same_bits(tmp_path):
    other = subprocess.run(
        [sys.executable, "-W", "error", __file__],
        env=on_a_plainer_processor(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert other.returncode == 0, other.stderr
    assert json.loads(other.stdout) == digests()


@pytest.mark.parametrize("folder", ["distributions", "engine"])
def test_no_source_calls_what_depends_on_the_processor(folder):
    # The NumPy twins of kernels are exempt: they are held to the kernels bit for bit.
    for path in sorted((ROOT / folder).rglob("*.py")):
        if not path.stem.endswith("_numpy"):
            found = dependent(path.read_text(encoding="utf-8"))
            assert not found, f"{path.name} uses {', '.join(found)}; see distributions/portable.py"


def test_the_sources_test_would_notice():
    assert dependent("np.exp(x) + np.linalg.norm(x @ y) + np.sqrt(x)") == ["@", "np.exp", "np.linalg"]


def dependent(source: str) -> list[str]:
    nodes = list(ast.walk(ast.parse(source)))
    names = {f"np.{node.attr}" for node in nodes if isinstance(node, ast.Attribute) and in_numpy(node)}
    return sorted(names | {"@" for node in nodes if isinstance(node, ast.MatMult)})


def in_numpy(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "np" and node.attr in DEPENDENT


if __name__ == "__main__":
    print(json.dumps(digests()))
