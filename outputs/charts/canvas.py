"""What a chart is drawn with: its language, its time axis, its money, and whether there is little room."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import xarray as xr

from burncast.outputs.charts.chart_style import TimeAxis
from burncast.outputs.words.language import Language, language

__all__ = ["Canvas", "canvas_of", "time_axis"]


@dataclass(frozen=True, slots=True)
class Canvas:
    """The language, the periods, the unit of money, and whether the chart is narrow: for some 330 pixels."""

    words: Language
    time: TimeAxis
    currency: str | None
    narrow: bool = False

    def period(self, place: int) -> str:
        """A period as people name it."""
        if self.time.dates:
            return self.words.date(self.time.dates[place], self.time.step)
        unit = self.words.texts[f"word.{self.time.step}"][0]
        return self.words.text("word.period", unit=unit, number=place)

    @property
    def horizon(self) -> str:
        """All periods, as a span of time."""
        return self.words.span(self.time.periods, self.time.step)


def canvas_of(dataset: xr.Dataset) -> Canvas:
    """What a forecast is drawn with, in English."""
    return Canvas(language("en"), time_axis(dataset), str(dataset.attrs["currency"]) or None)


def time_axis(dataset: xr.Dataset) -> TimeAxis:
    """The dates of the periods, or their numbers where there is no one date for each."""
    dates: tuple[datetime.date, ...] = ()
    if "date" in dataset.coords and dataset["date"].dims == ("period",):
        days = dataset["date"].values.astype("datetime64[D]")
        dates = tuple(datetime.date.fromisoformat(str(day)) for day in days)
    return TimeAxis(dates, dataset.sizes["period"] - 1, str(dataset.attrs["step"]))
