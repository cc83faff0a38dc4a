"""Electricity prices for a scenario: two day-ahead markets fitted together, and a third whose prices fall below 0.

Run it where it stands: ``python electricity_prices.py``. It prints what the data say and entries to paste into a
scenario. Data: daily means of the day-ahead auctions in Belgium, France (2015 and 2016) and Germany (first half of
2016), from jeslago/epftoolbox, Apache-2.0.
"""

from pathlib import Path
from typing import Any

import burncast
from burncast.calibration.entry import entries_as_toml
from burncast.calibration.observed_data import read_data
from burncast.calibration.process_table import process_table

__all__ = ["main", "weekly_means"]

DATA = Path(__file__).with_name("electricity_dayahead.csv")
SOURCE = f"{DATA.name}, weekly means of 2015 and 2016 (jeslago/epftoolbox, Apache-2.0)"


def weekly_means(market: str) -> tuple[Any, Any]:
    """Means of whole weeks, at their middles: days of the week differ, which no process here describes."""
    data = read_data(DATA, numbers=["mean_price"], dates=["date"], where={"market": market}).ordered_by("date")
    whole = len(data) // 7 * 7
    return data["date"][:whole].reshape(-1, 7)[:, 3], data["mean_price"][:whole].reshape(-1, 7).mean(axis=1)


def main() -> None:
    """Fit, and print."""
    belgium, france = weekly_means("BE"), weekly_means("FR")

    fits = burncast.fit_process(*belgium, ["log_ou", "gbm", "ou", "random_walk", "jump_diffusion"])
    print(f"Belgium, weekly means: {process_table(fits[0], fits)}\n")

    joint = burncast.fit_processes({"price_be": belgium, "price_fr": france}, "log_ou", season=True, bootstrap=200)
    print(f"France, with a season: {joint.fits['price_fr'].table}\n")
    print(entries_as_toml(joint.entries(units={"price_be": "EUR/MWh", "price_fr": "EUR/MWh"}, source=SOURCE)))

    try:
        read_data(DATA, numbers=["mean_price"], dates=["date"], where={"market": "DE"}, positive=["mean_price"])
    except burncast.InputError as error:
        print(str(error).removeprefix(f"{DATA.parent}/"))
    germany = read_data(DATA, numbers=["mean_price"], dates=["date"], where={"market": "DE"})
    print(f"Germany, daily: {burncast.fit_process(germany['date'], germany['mean_price'], 'ou').table}")


if __name__ == "__main__":
    main()
