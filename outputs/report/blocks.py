"""What a report is made of: sections of paragraphs, charts and tables, in the order in which they are read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from matplotlib.figure import Figure

from burncast.outputs.charts.canvas import Canvas, time_axis
from burncast.outputs.charts.inline_svg import Picture, figure_picture
from burncast.outputs.report.findings import Findings
from burncast.outputs.words.language import Language

__all__ = ["Block", "Cell", "Chart", "Code", "Heading", "Line", "Section", "Teller", "Text", "TextTable", "chart"]

MOST_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cell: a picture, a few words before it, and words that are plain, ``code`` or ``small``."""

    text: str
    look: str = ""
    lead: str = ""
    picture: Picture | None = None


Cell: TypeAlias = str | Sequence[Line]
"""What stands in a cell of a table: words, or lines one below the other."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; a ``strong`` one is a finding, a ``quiet`` one a remark, a ``foreign`` one in English."""

    text: str
    look: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Heading:
    """What the blocks that follow are about."""

    text: str
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture for a desk and, where that would be too small, one for a phone, and what it shows in a sentence."""

    wide: Picture
    narrow: Picture | None
    caption: str
    kind: str = "chart"


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table whose first column names its rows; the first ``words`` columns hold words, the others numbers.

    A ``stacking`` table takes the whole width. The caption of a ``titled`` one is the heading above it, and is there
    for the ear alone.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    words: int = 1
    stacking: bool = False
    last_words: bool = False
    titled: bool = False
    kind: str = "table"

    def is_number(self, column: int) -> bool:
        """Whether the cells of a column, counted from 0, are numbers, which stand at the right."""
        return column >= self.words and not (self.last_words and column == len(self.columns) - 1)

    @property
    def is_wide(self) -> bool:
        """Whether there are too many columns for a phone, where each row becomes a card."""
        return len(self.columns) > MOST_COLUMNS


@dataclass(frozen=True, slots=True)
class Code:
    """Text of a file or of a command, as it is."""

    text: str
    long: bool = False
    summary: str = ""
    kind: str = "code"


Block: TypeAlias = Text | Heading | Chart | TextTable | Code


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under a heading of its own; ``key`` is its anchor."""

    key: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Teller:
    """The findings with the language that they are told in."""

    found: Findings
    words: Language

    @property
    def canvas(self) -> Canvas:
        """What charts are drawn on."""
        return Canvas(self.words, time_axis(self.found.base.dataset), self.found.scenario.currency)

    def period(self, place: int) -> str:
        """A period as people name it in a sentence, with its article."""
        scenario = self.found.scenario
        if scenario.start is None:
            return self.words.text(f"word.the_{scenario.step}", when=self.canvas.period(place))
        if scenario.step == "week":
            return self.words.text("word.the_day", when=self.canvas.period(place))
        return self.canvas.period(place)

    def by(self, place: int) -> str:
        """Until when: by a date, or within so many periods."""
        if self.found.scenario.start is not None:
            return self.words.text("word.by", when=self.period(place))
        return self.words.text("word.within", span=self.span(place))

    def at(self, place: int) -> str:
        """When: at the end of a dated period, or after so many periods."""
        if self.found.scenario.start is not None:
            key = "word.at_day" if self.found.scenario.step == "week" else "word.at"
            return self.words.text(key, when=self.canvas.period(place))
        return self.words.text("word.after", span=self.span(place))

    def span(self, periods: float) -> str:
        """So many periods."""
        return self.words.span(periods, self.found.scenario.step)

    def money(self, amount: float) -> str:
        """An amount in the scenario's currency."""
        return self.words.money(amount, self.found.scenario.currency)

    def of(self, name: str, amount: float) -> str:
        """An amount of a quantity (or of one of its elements) with its unit."""
        return self.words.money(amount, self.unit(name))

    def unit(self, name: str) -> str:
        """The unit of a quantity, or of the one that ``users[plus]`` is an element of."""
        return self.found.scenario.quantities[name.partition("[")[0]].unit or ""


def chart(canvas: Canvas, draw: Callable[[Canvas], Figure], name: str, title: str, alt: str, caption: str) -> Chart:
    """A chart drawn twice, for a desk and for a phone."""
    wide = figure_picture(draw(canvas), f"{name}-wide", title, alt)
    narrow = figure_picture(draw(dataclasses.replace(canvas, narrow=True)), f"{name}-narrow", title, alt)
    return Chart(wide, narrow, caption)
