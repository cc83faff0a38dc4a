"""Two inputs of an AI lab from data: the rent of an A100, and how much of its peak training runs get out of a chip.

Run it where it stands: ``python rents_and_utilisation.py``. It prints what the data say and entries to paste into a
scenario. Data: Epoch AI (training-cost-trends), CC BY 4.0.
"""

from pathlib import Path

import numpy as np

import burncast
from burncast.calibration.observed_data import read_data

__all__ = ["main"]

HERE = Path(__file__).parent
HALF_LIFE = 2.0


def main() -> None:
    """Fit, and print."""
    # A vendor's offers for 1, 2, 4 and 8 GPUs are one observation, not four: the mean of each vendor counts.
    rents = read_data(
        HERE / "a100_rents.csv",
        numbers=["usd_per_gpu_hour"],
        dates=["date"],
        words=["vendor"],
        positive=["usd_per_gpu_hour"],
        duplicates="keep",
    )
    vendors = np.unique(rents["vendor"])
    means = [float(np.mean(rents["usd_per_gpu_hour"][rents["vendor"] == vendor])) for vendor in vendors]
    rent = burncast.fit(
        means,
        ["lognormal", "gamma", "weibull", "loglogistic"],
        name="gpu_hour_rent",
        unit="USD/GPU/hour",
        source=f"{rents.provenance('date')}: means of {len(vendors)} vendors (Epoch AI, CC BY 4.0)",
    )
    print(f"{rent}\n")
    for name, law in (("plug-in", rent.law), ("predictive", rent.predictive_law)):
        low, high = law.quantile([0.05, 0.95])
        print(f"90 % of vendors by the {name} law: {low:.2f} to {high:.2f} USD")

    # Half the weight for each two years of age: training runs of 2018 say less of those to come.
    runs = read_data(HERE / "training_utilisation.csv", numbers=["utilisation"], dates=["publication_date"])
    age = (runs["publication_date"].max() - runs["publication_date"]) / np.timedelta64(1, "D") / 365.25
    utilisation = burncast.fit(
        runs["utilisation"],
        weights=0.5 ** (age / HALF_LIFE),
        name="utilisation",
        source=f"{runs.provenance('publication_date')} (Epoch AI, CC BY 4.0)",
    )
    print(f"\n{utilisation}\n")
    print(rent.entry.toml())
    print(utilisation.entry.toml())


if __name__ == "__main__":
    main()
