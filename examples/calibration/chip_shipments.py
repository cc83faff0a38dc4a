"""How many H100 will there be? A curve of growth from the chips shipped a quarter, and what an earlier one had said.

Run it where it stands: ``python chip_shipments.py``. Data: estimates of Nvidia's shipments by Epoch AI, CC BY 4.0.
"""

from pathlib import Path

import numpy as np

import burncast
from burncast.calibration.entry import entries_as_toml
from burncast.calibration.observed_data import read_data

__all__ = ["main"]

DATA = Path(__file__).with_name("h100_shipments.csv")


def main() -> None:
    """Fit, and print."""
    data = read_data(DATA, numbers=["units_median"], dates=["end"], not_negative=["units_median"]).ordered_by("end")
    ends = np.concatenate([[np.datetime64("2022-06-30", "s")], data["end"]])
    shipped = np.concatenate([[0.0], np.cumsum(data["units_median"])])

    early = burncast.fit_growth(ends[:7], shipped[:7])
    print(f"By the end of 2023: market {early.values['market']:.3g} ± {early.standard_errors['market']:.2g}")
    print("\n".join(early.statements))
    print(f"shipped a year later: {shipped[-1]:.3g}\n")

    fit = burncast.fit_growth(ends, shipped)
    print("By the end of 2024: " + ", ".join(f"{name} {value:.3g}" for name, value in fit.values.items()))
    year = fit.at(np.array([1.0]))[0] - fit.at(np.array([0.0]))[0]
    print(f"in the year after the last figure: {year:.3g}\n")
    source = f"{data.provenance('end')} (Epoch AI, CC BY 4.0)"
    print(entries_as_toml(fit.entries("h100", unit="GPU", source=source)))


if __name__ == "__main__":
    main()
