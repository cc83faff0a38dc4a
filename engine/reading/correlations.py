"""The entries of ``[[correlations]]``: between what, how strongly, by which measure; written out or in a CSV file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import LawError, nearest_name
from burncast.distributions.rank_correlation import normal_correlation
from burncast.engine.language.expressions import ExpressionError, Index, Name, parse
from burncast.engine.language.scenario_model import Copula, Correlation, Location
from burncast.engine.reading.quantities import Reading
from burncast.engine.reading.schedules import read_csv

if TYPE_CHECKING:
    from burncast.distributions.archimedean import Archimedean

__all__ = ["read_correlation"]

Matrix = tuple[tuple[float, ...], ...]
_ROUNDING = 1e-12
"""How far two entries of a file that should be equal may be apart, as decimals are."""


def read_correlation(reading: Reading, entry: Mapping[str, Any], location: Location) -> Correlation | None:
    """One entry; what is wrong goes to the reading's problems."""
    before = len(reading.problems)
    copula: Copula = entry.get("copula", "gaussian")
    elliptical = copula in ("gaussian", "t")
    names: list[str] = list(entry.get("between", []))
    matrix: Matrix = ()
    if elliptical:
        names, matrix = _stated(reading, entry, location)
    members = [_member(reading, text, location) for text in names]
    size = len(names)
    if not names and "between" not in entry and len(reading.problems) == before:
        reading.report(location, "does not say between what", "`between` with two or more names")
    elif names and (size < 2 or len(set(members)) < size):
        reading.report(location, "`between` needs two or more different quantities")
    _check_keys(reading, entry, copula, location)
    df, measure = entry.get("df"), entry.get("measure", "pearson")
    if copula == "t" and (df is None or not 0 < df < 1e6):
        reading.report(location, "a t copula needs its degrees of freedom", "`df` above 0, such as df = 4")
    if len(reading.problems) > before:
        return None
    theta = vine = None
    if copula == "vine":
        from burncast.engine.reading.vine_files import read_vine_file  # imports SciPy

        vine = read_vine_file(reading, entry["file"], size, location)
    elif not elliptical:
        theta = _theta(reading, entry, copula, size, location)
    if len(reading.problems) > before:
        return None
    normal = tuple(
        tuple(1.0 if i == j else normal_correlation(value, measure, df) for j, value in enumerate(row))
        for i, row in enumerate(matrix)
    )
    between = tuple(member for member in members if member is not None)
    rotation = int(entry.get("rotate", 0))
    return Correlation(between, normal, copula, None if df is None else float(df), location, theta, rotation, vine)


_KEYS = {
    "gaussian": ("rho", "matrix", "measure"),
    "t": ("rho", "matrix", "measure", "df"),
    "clayton": ("theta", "rho", "measure", "rotate"),
    "gumbel": ("theta", "rho", "measure", "rotate"),
    "frank": ("theta", "rho", "measure"),
    "vine": ("file",),
}
"""What may be said of each copula besides `between` and `copula`."""


def _check_keys(reading: Reading, entry: Mapping[str, Any], copula: Copula, location: Location) -> None:
    allowed = _KEYS[copula]
    for key in entry.keys() - {"between", "copula", *allowed}:
        owners = [name for name, keys in _KEYS.items() if key in keys]
        message = f"`{key}` does not belong to a {copula} copula"
        reading.report(location, message, " or ".join(f'copula = "{name}"' for name in owners))
    if copula == "vine" and "file" not in entry:
        reading.report(location, "a vine copula needs its file", 'file = "vine.json", which pyvinecopulib wrote')


def _theta(reading: Reading, entry: Mapping[str, Any], copula: Copula, size: int, location: Location) -> float | None:
    """The parameter of an Archimedean copula, given or found from a rank correlation; None where that is wrong."""
    from burncast.distributions.archimedean import ARCHIMEDEAN  # imports SciPy

    family, rotation = ARCHIMEDEAN[copula], int(entry.get("rotate", 0))
    measure = entry.get("measure", "pearson")
    if rotation in (90, 270) and size > 2:
        reading.report(location, f"`rotate = {rotation}` turns one of two, and `between` has {size}", "rotate = 180")
    elif ("theta" in entry) == ("rho" in entry):
        reading.report(location, f"a {copula} copula needs either `theta` or a rank correlation as `rho`")
    elif "rho" in entry and measure == "pearson":
        expected = 'measure = "kendall" or measure = "spearman"'
        reading.report(location, f"`rho` of a {copula} copula is a rank correlation", expected)
    elif "theta" in entry and "measure" in entry:
        reading.report(location, "`measure` says what `rho` is, and there is none", "`theta` alone")
    else:
        try:
            if "rho" in entry:
                theta = _from_rank(family, float(entry["rho"]), measure, rotation)
            else:
                theta = float(entry["theta"])
                family.check(theta)
        except LawError as error:
            reading.report(location, error.message, error.expected)
            return None
        if copula == "frank" and size > 2 and theta < 0:
            reading.report(location, "a Frank copula of more than two cannot be negative", "a theta above 0")
            return None
        return theta
    return None


def _from_rank(family: Archimedean, rho: float, measure: str, rotation: int) -> float:
    if rotation in (0, 180):
        return family.from_rank(rho, measure)
    if rho >= 0:
        message = f"{measure} of a {family.name} copula turned by {rotation} degrees is {rho:g}"
        raise LawError(message, expected="a number below 0")
    return family.from_rank(-rho, measure)


def _stated(reading: Reading, entry: Mapping[str, Any], location: Location) -> tuple[list[str], Matrix]:
    """Between what, and the matrix as it is written; empty where it cannot be read, which is reported."""
    between: list[str] = list(entry.get("between", []))
    if ("rho" in entry) == ("matrix" in entry):
        reading.report(location, "needs either `rho` or `matrix`", "`rho` for the same correlation of every pair")
        return between, ()
    if "rho" in entry:
        rho = float(entry["rho"])
        size = len(between)
        matrix: Matrix = tuple(tuple(1.0 if i == j else rho for j in range(size)) for i in range(size))
    elif isinstance(entry["matrix"], str):
        found = _from_file(reading, entry["matrix"], between, location)
        if found is None:
            return between, ()
        between, matrix = found
    else:
        matrix = tuple(tuple(float(value) for value in row) for row in entry["matrix"])
    _check(reading, matrix, between, location)
    return between, matrix


def _check(reading: Reading, matrix: Matrix, between: list[str], location: Location) -> None:
    size = len(between)
    if len(matrix) != size or any(len(row) != size for row in matrix):
        reading.report(location, f"`matrix` must have {size} rows of {size} numbers, one for each of `between`")
        return
    if any(row[i] != 1 for i, row in enumerate(matrix)):
        reading.report(location, "`matrix` must have ones on its diagonal")
    if any(matrix[i][j] != matrix[j][i] for i in range(size) for j in range(i)):
        reading.report(location, "`matrix` must be symmetric")
    if any(not -1 <= value <= 1 for row in matrix for value in row):
        reading.report(location, "a correlation lies between -1 and 1")


def _from_file(reading: Reading, file: str, between: list[str], location: Location) -> tuple[list[str], Matrix] | None:
    """A matrix from a CSV file whose first row and first column name the quantities; ``between`` picks some of them.

    Empty cells are filled from the other side of the diagonal, so that a triangle is enough.
    """
    table = read_csv(file, reading.calendar, location, reading.problems)
    if table is None:
        return None
    header, rows = table
    names = header[1:]
    cells = {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows if row and row[0].strip()}
    if not names or set(names) != set(cells) or len(cells) != len(names):
        reading.report(location, f"{file!r}: the first row and the first column must name the same quantities")
        return None
    for text in between:
        if text not in names:
            nearest = nearest_name(text, names)
            reading.report(location, f"{file!r} has no row {text!r}", nearest=nearest)
            return None
    picked = between or names
    values: list[list[float]] = []
    for one in picked:
        row = []
        for other in picked:
            cell = _cell(cells, names, one, other) or _cell(cells, names, other, one) or ("1" if one == other else "")
            try:
                row.append(float(cell))
            except ValueError:
                reading.report(location, f"{file!r}: between {one} and {other} stands {cell!r}", "a number")
                return None
        values.append(row)
    for i, row in enumerate(values):
        for j in range(i):
            if abs(row[j] - values[j][i]) <= _ROUNDING:
                row[j] = values[j][i]
    return picked, tuple(tuple(row) for row in values)


def _cell(cells: Mapping[str, list[str]], names: list[str], row: str, column: str) -> str:
    position = names.index(column)
    return cells[row][position] if position < len(cells[row]) else ""


def _member(reading: Reading, text: str, location: Location) -> Index | Name | None:
    try:
        member = parse(text)
    except ExpressionError as error:
        reading.report(location, str(error))
        return None
    if isinstance(member, (Index, Name)):
        return member
    reading.report(location, f"{text!r} is no quantity", "a name, or one element of it as in 'users[\"free\"]'")
    return None
