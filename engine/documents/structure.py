"""The shape of a scenario file: which sections and keys there are, and what type each one has.

These models say what a single file may hold, before anything is merged; so a key that another file or the base may give
is optional here. The editor's schema (:mod:`burncast.engine.documents.schema`) is made from them too.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

__all__ = ["MAX_PERIODS", "ScenarioFile", "VariantTables", "tables_of_section"]

MAX_PERIODS = 10_000


def _shape(value: Any) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return "<number>"
    if isinstance(value, (Mapping, BaseModel)):
        return "<table>"
    shapes: tuple[tuple[type, str], ...] = ((str, "<text>"), (list, "<list>"), (datetime.date, "<date>"))
    return next((shape for kind, shape in shapes if isinstance(value, kind)), None)


_by_shape = Discriminator(_shape)
Finite: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
Plain: TypeAlias = Annotated[Annotated[Finite, Tag("<number>")] | Annotated[str, Tag("<text>")], _by_shape]
Row: TypeAlias = dict[str, Plain]
Element: TypeAlias = Annotated[
    Annotated[Finite, Tag("<number>")] | Annotated[str, Tag("<text>")] | Annotated[Row, Tag("<table>")], _by_shape
]
Value: TypeAlias = Annotated[
    Annotated[Finite, Tag("<number>")] | Annotated[str, Tag("<text>")] | Annotated[dict[str, Element], Tag("<table>")],
    _by_shape,
]
Matrix: TypeAlias = Annotated[Annotated[str, Tag("<text>")] | Annotated[list[list[Finite]], Tag("<list>")], _by_shape]
Names: TypeAlias = Annotated[Annotated[str, Tag("<text>")] | Annotated[list[str], Tag("<list>")], _by_shape]
Start: TypeAlias = Annotated[Annotated[str, Tag("<text>")] | Annotated[datetime.date, Tag("<date>")], _by_shape]


def _field(description: str) -> Any:
    return Field(default=None, description=description)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class About(_Table):
    """What the scenario is called, and its time."""

    title: str | None = _field("The heading of the report.")
    description: str | None = _field("What the scenario shows, in a line or two.")
    extends: str | None = _field(
        "A packaged model, or a path relative to this file; this file's entries override it, key by key."
    )
    start: Start | None = _field('The first simulated month, such as "2023-06", or day.')
    periods: Annotated[int, Field(ge=1, le=MAX_PERIODS)] | None = _field("How many periods are simulated.")
    step: Literal["month", "week", "quarter"] | None = _field("The length of a period (default: month).")
    currency: str | None = _field('The currency of the report, such as "USD".')
    units: list[str] | None = _field('Further things that are counted, to be used in `unit`: ["parcel"].')


class VariantAbout(_Table):
    """What a variant is called; its time is that of the base."""

    title: str | None = _field("The heading of the variant.")


class _Entry(_Table):
    over: Names | None = _field("The dimension or dimensions it lies over; left out, they follow from what it uses.")
    unit: str | None = _field('Its unit, such as "USD/GPU/hour"; checked where it is known.')
    source: str | None = _field("Where the number comes from; shown in the report.")
    note: str | None = _field("What else a reader should know; shown in the report.")


class _ValueEntry(_Entry):
    value: Value | None = _field("A number, an expression in quotes, or a table of these by element of `over`.")
    schedule: dict[str, Finite] | None = _field(
        'Instead of `value`: a path known in advance, as a table of dates, { "2023-06" = 1.0, "2024-01" = 2.0 }.'
    )
    between: Literal["hold", "interpolate", "zero"] | None = _field(
        "What a schedule is between its dates (default: hold)."
    )


class InputEntry(_ValueEntry):
    """Drawn once per trajectory: what we do not know."""

    decision: list[Finite] | None = _field(
        "The lowest and the highest value that may be chosen for this number; `burncast decide` searches between them."
    )


class ProcessEntry(_ValueEntry):
    """One value per period: what the world does."""

    states: list[str] | None = _field(
        "The names of the states of a Markov chain, in the order of its transition matrix."
    )


class FormulaEntry(_ValueEntry):
    """Computed every period, in dependency order."""


class StockEntry(_Entry):
    """Carried from period to period."""

    start: Value | None = _field("The opening value; may use inputs and the starts of other stocks.")
    next: Value | None = _field(
        "The value at the period's end; the stock's own name means its value at the end of the period before."
    )


OrInput: TypeAlias = Annotated[
    Annotated[Finite, Tag("<number>")] | Annotated[str, Tag("<text>")] | Annotated[InputEntry, Tag("<table>")],
    _by_shape,
]
OrProcess: TypeAlias = Annotated[
    Annotated[Finite, Tag("<number>")] | Annotated[str, Tag("<text>")] | Annotated[ProcessEntry, Tag("<table>")],
    _by_shape,
]
OrFormula: TypeAlias = Annotated[
    Annotated[Finite, Tag("<number>")] | Annotated[str, Tag("<text>")] | Annotated[FormulaEntry, Tag("<table>")],
    _by_shape,
]


class CorrelationTable(_Table):
    """Draws that move together."""

    between: list[str] | None = _field("Two or more inputs or processes, or single elements of them.")
    rho: Finite | None = _field("The correlation of every pair.")
    matrix: Matrix | None = _field(
        "Instead of `rho`: the whole matrix, row by row, or a CSV file whose first row and column are names."
    )
    measure: Literal["pearson", "spearman", "kendall"] | None = _field(
        "What is stated: the correlation of the normals behind the draws (pearson, the default), or a rank correlation."
    )
    copula: Literal["gaussian", "t", "clayton", "gumbel", "frank", "vine"] | None = _field(
        'Gaussian by default; "t" makes extremes come together, "clayton" low ones, "gumbel" high ones.'
    )
    df: Finite | None = _field("The degrees of freedom of a t copula: the fewer, the heavier the joint tails.")
    theta: Finite | None = _field("The parameter of a Clayton, Gumbel or Frank copula, instead of a rank correlation.")
    rotate: Literal[0, 90, 180, 270] | None = _field(
        "Turns a Clayton or Gumbel copula: 180 swaps its tails, 90 turns the first of two round, 270 the second."
    )
    file: str | None = _field("The JSON file of a vine copula, as pyvinecopulib writes it.")


class RuinTable(_Table):
    """When the company is ruined, and how much it then lacks."""

    when: str | None = _field("A condition, checked at the end of each period.")
    need: str | None = _field("The hole to fill; its maximum over time, floored at 0, is the funding need.")


class PosteriorTable(_Table):
    """What was learned from observations, saved beside the scenario; `burncast calibrate posterior` writes it."""

    particles: str | None = _field("The file of particles, relative to this file.")
    sha256: str | None = _field("The digest of what is in it.")


class OutputsTable(_Table):
    """What is kept of a run."""

    track: list[str] | None = _field("The quantities whose distribution over time is kept (default: every stock).")


class VariantTables(_Table):
    """Named overrides, run side by side with the base on the same random numbers."""

    scenario: VariantAbout | None = None
    inputs: dict[str, OrInput] | None = None
    processes: dict[str, OrProcess] | None = None
    formulas: dict[str, OrFormula] | None = None
    stocks: dict[str, StockEntry] | None = None
    correlations: list[CorrelationTable] | None = None
    ruin: RuinTable | None = None


class ScenarioFile(_Table):
    """A burncast scenario: inputs, processes, formulas and stocks, and what is asked of them."""

    scenario: About | None = None
    dimensions: dict[str, list[str]] | None = _field(
        'Lists of elements over which quantities may lie: product = ["free", "plus"].'
    )
    inputs: dict[str, OrInput] | None = _field("Drawn once per trajectory: what we do not know.")
    processes: dict[str, OrProcess] | None = _field("One value per period: what the world does.")
    formulas: dict[str, OrFormula] | None = _field("Computed every period, in dependency order.")
    stocks: dict[str, StockEntry] | None = _field("State carried from period to period.")
    correlations: list[CorrelationTable] | None = None
    ruin: RuinTable | None = None
    outputs: OutputsTable | None = None
    posterior: PosteriorTable | None = None
    variants: dict[str, VariantTables] | None = _field(
        "Named overrides, run side by side with the base on the same random numbers."
    )


_TABLES: dict[str, type[BaseModel]] = {
    "scenario": About,
    "inputs": InputEntry,
    "processes": ProcessEntry,
    "formulas": FormulaEntry,
    "stocks": StockEntry,
    "correlations": CorrelationTable,
    "ruin": RuinTable,
    "outputs": OutputsTable,
    "posterior": PosteriorTable,
}


def tables_of_section(section: str, in_variant: bool) -> type[BaseModel] | None:
    """The model of the tables in a section: of the section itself, or of each of its entries."""
    return VariantAbout if in_variant and section == "scenario" else _TABLES.get(section)
