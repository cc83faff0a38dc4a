"""Dependence of the Gaussian and Student t copulas (McNeil, Frey and Embrechts, Quantitative Risk Management, 7.3)."""

import numpy as np
from scipy import integrate, stats

__all__ = ["joint_lower_tail", "kendall_tau", "tail_dependence"]


def kendall_tau(rho):
    """2/π·asin ρ, for both copulas."""
    return 2.0 / np.pi * np.arcsin(rho)


def joint_lower_tail(rho, u, df=np.inf):
    """C(u, u) = P(U ≤ u, V ≤ u); infinite ``df`` is the Gaussian copula.

    C(u, u) = 2·∫ P(V ≤ U | U = s) over s ≤ u, the conditional law being Student's with df + 1 degrees of freedom.
    """
    gaussian = np.isinf(df)
    margin = stats.norm if gaussian else stats.t(df)

    def density(x):
        slack = 1.0 if gaussian else np.sqrt((df + 1.0) / (df + x**2))
        z = slack * x * np.sqrt((1.0 - rho) / (1.0 + rho))
        return margin.pdf(x) * (stats.norm.cdf(z) if gaussian else stats.t.cdf(z, df + 1.0))

    value, _ = integrate.quad(density, -np.inf, margin.ppf(u), epsabs=1e-14, epsrel=1e-10, limit=400)
    return 2.0 * value


def tail_dependence(rho, df):
    """The limit of C(u, u)/u as u → 0 for the t copula; the Gaussian's is 0."""
    return 2.0 * stats.t.cdf(-np.sqrt((df + 1.0) * (1.0 - rho) / (1.0 + rho)), df + 1.0)
