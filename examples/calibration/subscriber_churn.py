"""Churn of a telephone company's subscribers: of 800, one in four had left when the sample was drawn.

Run it where it stands: ``python subscriber_churn.py``. It prints how long subscribers stay, by tenure and by contract,
and entries to paste into a scenario. Data: IBM's Telco Customer Churn, a sample made for demonstrations (Apache-2.0):
it shows the method and is no evidence on anybody's churn.
"""

from pathlib import Path

import burncast
from burncast.calibration.observed_data import read_data

__all__ = ["main"]

DATA = Path(__file__).with_name("subscribers.csv")


def main() -> None:
    """Fit, and print."""
    data = read_data(
        DATA,
        numbers=["tenure_months", "monthly_charge_usd"],
        flags=["churned"],
        words=["contract"],
        not_negative=["tenure_months"],
        duplicates="keep",
    )
    found = burncast.fit_churn(
        data["tenure_months"],
        data["churned"],
        covariates={"contract": data["contract"], "charge": data["monthly_charge_usd"]},
        source=data.provenance(),
    )
    print("Still there, by Kaplan and Meier, with 95 % interval")
    for months in (3, 12, 24, 48):
        place = int((found.curve.time <= months).sum()) - 1
        share, low, high = (100 * one[place] for one in (found.curve.survival, found.curve.low, found.curve.high))
        print(f"after {months:2d} months   {share:.1f} %   {low:.1f} to {high:.1f} %")

    print("\nMonthly churn, with 90 % interval")
    for band in (found.whole, *found.bands):
        figures = f"{100 * band.churn:.2f} %   {100 * band.low:.2f} to {100 * band.high:.2f} %"
        print(f"{band.label:16s} {figures}   {band.left} left in {band.months:,.0f} months")

    best = found.regressions[0]
    print(f"\nBest of {len(found.regressions)} regressions by AIC: {best.error}, scale {best.scale:.2f}")
    for name, effect in best.effects.items():
        print(f"{name:20s} {effect:+.3f} ± {best.standard_errors[name]:.3f}")
    for contract in ("Month-to-month", "One year", "Two year"):
        churn = 100 * best.monthly_churn([1.0, 12.0], contract=contract, charge=65.0)
        print(f"{contract:15s} at 65 USD: {churn[0]:.2f} % in the second month, {churn[1]:.2f} % after a year")

    print(f"\n{found.entry.toml()}\n{found.entry_by_tenure().toml()}", end="")


if __name__ == "__main__":
    main()
