"""What was published until September 2024 teaches about the scenario of spring 2023, and what it then says of 2025.

Run it where it stands: ``python chatgpt_posterior.py``. It conditions ``chatgpt-2024.toml``, the packaged scenario
`chatgpt-2023` with the visits that were counted later, on the ten published figures of ``chatgpt_observations.csv``
(each with its source), and compares the forecasts before and after. About half a minute on two cores.
"""

from pathlib import Path
from typing import Any

import burncast

__all__ = ["condition", "main"]

HERE = Path(__file__).parent


def condition(**options: Any) -> burncast.Posterior:
    """The posterior; ``options`` are those of :func:`burncast.posterior`."""
    return burncast.posterior(HERE / "chatgpt-2024.toml", HERE / "chatgpt_observations.csv", seed=1, **options)


def main(**options: Any) -> None:
    """Condition, compare, simulate onward."""
    found = condition(**options)
    print(f"R-hat {found.r_hat:.2f}, {found.effective_sample_size:.0f} independent draws, {found.levels} levels")
    print(f"log evidence {found.log_evidence:.1f} ± {found.log_evidence_se:.1f}\n")

    print("observed                        said                prior 90 %           posterior 90 %")
    for one in found.strains:
        before, after = (f"{law.p5:.3g} to {law.p95:.3g}" for law in (one.prior, one.posterior))
        print(f"{one.figure:30}  {one.said:18}  {before:20} {after:20}{' strains' if one.strains else ''}")

    print("\ninput                           prior                posterior            shrinkage")
    for learned in found.inputs[:12]:
        before, after = (f"{law.mean:.3g} ± {law.sd:.2g}" for law in (learned.prior, learned.posterior))
        print(f"{learned.name:30}  {before:20} {after:20} {100 * learned.shrinkage:4.0f} %")

    results = {
        "prior": burncast.simulate(HERE / "chatgpt-2024.toml", 20_000, seed=1),
        "posterior": burncast.simulate(found.scenario, 20_000, seed=1),
    }
    print("\nfrom the end of 2024 on:  ruin by April 2026        cash in April 2026, 5 %, 50 % and 95 %, bn USD")
    for name, result in results.items():
        ruin, error = float(result.ruin_probability[-1]), float(result.ruin_probability_se[-1])
        cash = result.cash.isel(period=-1).sel(quantile=[0.05, 0.5, 0.95]).values / 1e9
        print(
            f"{name:24}  {100 * ruin:5.1f} % ± {100 * error:.1f}            {' '.join(f'{one:8.1f}' for one in cash)}"
        )


if __name__ == "__main__":
    main()
