"""What a calibration hands over: entries of a scenario, as text to paste.

An entry is written as a table of its own, ``[inputs.gpu_price]``, which may stand anywhere in a scenario file: at its
end, or between two other tables. :mod:`burncast.calibration.insertion` puts entries into a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from burncast.distributions.errors import InputError
from burncast.engine.documents.toml_text import toml_key, toml_value

__all__ = ["CorrelationEntry", "Entry", "Section", "entries_as_toml"]

Section: TypeAlias = Literal["inputs", "processes", "formulas"]


@dataclass(frozen=True)
class Entry:
    """One quantity of a scenario: ``value`` is a number, an expression, or a table of these by element.

    >>> print(Entry("churn", "beta(a=3, b=60)", unit="1/month", source="survey.csv, 80 rows").toml())
    [inputs.churn]
    value = "beta(a=3, b=60)"
    unit = "1/month"
    source = "survey.csv, 80 rows"
    <BLANKLINE>
    """

    name: str
    value: float | str | Mapping[str, Any]
    kind: Section = "inputs"
    unit: str | None = None
    source: str | None = None
    note: str | None = None
    over: str | tuple[str, ...] | None = None
    states: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            message = f"{self.name!r} cannot be the name of a quantity; expected letters, digits and underscores"
            raise InputError(message)

    @property
    def path(self) -> tuple[str, str]:
        """The section and the name."""
        return self.kind, self.name

    def content(self) -> dict[str, Any]:
        """The keys of its table, without those that it leaves open."""
        return _without_none(
            {
                "value": _plain(self.value),
                "unit": self.unit,
                "over": _plain(self.over),
                "states": _plain(self.states),
                "source": self.source,
                "note": self.note,
            }
        )

    def toml(self) -> str:
        """A table to paste into a scenario."""
        return _table(f"[{self.kind}.{toml_key(self.name)}]", self.content())


@dataclass(frozen=True)
class CorrelationEntry:
    """Dependence between inputs, or between processes: ``rho`` for two (or every pair), ``matrix`` for more."""

    between: tuple[str, ...]
    rho: float | None = None
    matrix: tuple[tuple[float, ...], ...] | None = None
    measure: Literal["pearson", "spearman", "kendall"] | None = None
    copula: Literal["gaussian", "t"] | None = None
    df: float | None = None
    comment: str | None = None

    def content(self) -> dict[str, Any]:
        """The keys of its table, without those that it leaves open."""
        return _without_none(
            {
                "between": list(self.between),
                "rho": None if self.rho is None else float(self.rho),
                "matrix": _plain(self.matrix),
                "measure": self.measure,
                "copula": self.copula,
                "df": None if self.df is None else float(self.df),
            }
        )

    def toml(self) -> str:
        """A table to paste into a scenario; the ``comment`` stands above it, for a correlation has no note."""
        above = "".join(f"# {line}\n" for line in (self.comment or "").splitlines())
        return above + _table("[[correlations]]", self.content())


def entries_as_toml(entries: Sequence[Entry | CorrelationEntry]) -> str:
    """Several entries, one after the other, as text to paste."""
    return "\n".join(entry.toml() for entry in entries)


def _table(header: str, content: Mapping[str, Any]) -> str:
    return "\n".join([header, *(f"{toml_key(key)} = {toml_value(value)}" for key, value in content.items())]) + "\n"


def _without_none(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if value is not None}


def _plain(value: Any) -> Any:
    """Numbers of NumPy as floats, tuples as lists, all the way down."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int)):
        return value
    return float(value)
