"""SIPmath 3.0 libraries: uncertain quantities in JSON, whose trials are the same in every tool that reads them.

A SIP ("stochastic information packet") is a law and where its uniforms come from: a generator of ``U01.rng``
(:mod:`burncast.distributions.hdr`), or a layer of a Gaussian copula of ``U01.copula``, which mixes the normals of its
generators by the Cholesky factor of a matrix in ``globalVariables``, in the order of its layers. Three functions are
read: ``Metalog_1_0`` (``aCoefficients``, ``lowerBound``, ``upperBound``), ``SIP_Array`` with its values written out,
the trials themselves, and ``Lookup_Table``, points of a discrete distribution function.

Source: ProbabilityManagement.org, SIPmath 3.0 Standard; the fields as in its Python tools (PySIPmath, MIT licence:
``multi-lib-schema-2021-08-19.json``, ``PySIP3library.py``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
from scipy import special

from burncast.distributions.correlation import cholesky_factor
from burncast.distributions.errors import LawError, nearest_name
from burncast.distributions.families import make_law
from burncast.distributions.hdr import Hdr
from burncast.distributions.law import FloatArray, Law
from burncast.distributions.notebook_view import Cell, Shown, View

__all__ = ["Generator", "Sip", "SipLibrary", "correlation_of", "normal_scores", "parse_sip_library"]

Generator = Hdr | str
"""A generator, or the name of one that gives no numbers here: a seed that the user is to enter, another function."""

_FUNCTIONS = ("Metalog_1_0", "SIP_Array", "Lookup_Table")


@dataclass(frozen=True)
class Sip:
    """One quantity: the law ``family(lists…, ends…)`` of the scenario language, rounded where ``rounded``.

    ``normal`` says what its standard normal is made of, weights and generators; ``array`` are its trials where they are
    written out (``normal`` is then empty).
    """

    name: str
    family: str
    lists: tuple[tuple[float, ...], ...]
    ends: tuple[tuple[str, float], ...]
    rounded: bool
    normal: tuple[tuple[float, Generator], ...]
    array: tuple[float, ...] = ()

    @property
    def law(self) -> Law:
        """The law, before it is rounded; LawError where the coefficients make none."""
        return make_law(self.family, self.lists, dict(self.ends))

    def trials(self, count: int, first: int = 1) -> FloatArray:
        """Trials ``first`` … ``first + count − 1``, the first of all being 1: float64[count]."""
        numbers = np.arange(first, first + count)
        if first < 1 or count < 0:
            raise LawError(f"trials {first} to {first + count - 1} were asked for", expected="trials from 1 on")
        if self.array:
            if first + count - 1 > len(self.array):
                raise LawError(f"{self.name!r} has {len(self.array):,} trials", expected="no more of them")
            return np.array(self.array)[numbers - 1]
        if len(self.normal) == 1:
            values = self.law.quantile(_uniforms(self.name, self.normal[0][1], numbers))
        else:
            values = self.law.from_normal(self.normals(numbers))[0]
        return np.floor(values + 0.5) if self.rounded else values

    def normals(self, trials: FloatArray | np.ndarray[Any, np.dtype[np.int64]]) -> FloatArray:
        """The standard normals of these trials: of arrays, those in the middle of their steps."""
        if self.array:
            values = np.array(self.array)
            _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
            middle = (np.cumsum(counts) - counts / 2) / len(values)
            return np.asarray(special.ndtri(middle)[place][np.asarray(trials, dtype=np.int64) - 1])
        total = np.zeros(np.shape(trials))
        for weight, generator in self.normal:
            total = total + weight * special.ndtri(_uniforms(self.name, generator, trials))
        return total


@dataclass(frozen=True)
class SipLibrary(Shown):
    """A library: its ``name``, who made it from what (``provenance``), and its SIPs by name."""

    name: str
    provenance: str
    _entries: Mapping[str, Mapping[str, Any]]
    _sources: Mapping[tuple[str, ...], tuple[tuple[float, Generator], ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its SIPs, in its order."""
        return tuple(self._entries)

    def sip(self, name: str) -> Sip:
        """One quantity; LawError where there is none of this name, or one that cannot be read."""
        if name not in self._entries:
            message = f"there is no SIP {name!r}"
            raise LawError(message, expected=f"one of {', '.join(self.names)}", nearest=nearest_name(name, self.names))
        return _sip(name, self._entries[name], self._sources)

    def trials(self, name: str, count: int, first: int = 1) -> FloatArray:
        """The library's own trials ``first`` … of one quantity, as every SIPmath tool has them: float64[count]."""
        return self.sip(name).trials(count, first)

    def correlation(self, names: Sequence[str]) -> FloatArray:
        """The correlation matrix of the normals of these quantities."""
        return correlation_of([self.sip(name) for name in names])

    def _view(self) -> View:
        columns = ["variable", "p5", "median", "p95"]
        rows = [[name, *self._percentiles(name)] for name in self.names]
        return View(f"SIP library {self.name}", columns, rows, remarks=[self.provenance])

    def _percentiles(self, name: str) -> list[Cell]:
        try:
            return [float(value) for value in self.sip(name).law.quantile([0.05, 0.5, 0.95])]
        except LawError:
            return ["cannot be read", None, None]


def correlation_of(sips: Sequence[Sip]) -> FloatArray:
    """The correlation matrix of the normals of SIPs, of one library or of several that share generators.

    Arrays hang together by their trials: between two of one length stands the correlation of their normal scores.
    """
    generators = list(dict.fromkeys(generator for sip in sips for _, generator in sip.normal))
    weights = np.zeros((len(sips), len(generators)))
    for row, sip in enumerate(sips):
        for weight, generator in sip.normal:
            weights[row, generators.index(generator)] += weight
    matrix = np.sum(weights[:, None, :] * weights[None, :, :], axis=-1)
    lengths = {len(sip.array) for sip in sips} - {0, 1}
    for length in sorted(lengths):
        rows = [row for row, sip in enumerate(sips) if len(sip.array) == length]
        scores = np.stack([normal_scores(np.array(sips[row].array)) for row in rows])
        matrix[np.ix_(rows, rows)] = np.sum(scores[:, None, :] * scores[None, :, :], axis=-1)
    np.fill_diagonal(matrix, 1.0)
    return np.asarray(np.clip(matrix, -1.0, 1.0))


def normal_scores(values: FloatArray) -> FloatArray:
    """Standard normals in the order of ``values``, equal ones alike, scaled to a sum of squares of 1 (or all 0).

    >>> normal_scores(np.array([30.0, 10.0, 20.0])).round(3).tolist()
    [0.707, -0.707, 0.0]
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(values)
    scores = np.asarray(special.ndtri(middle))[place]
    scores = scores - np.mean(scores)
    size = float(np.sqrt(np.sum(scores * scores)))
    return scores / size if size > 0 else np.zeros_like(scores)


def parse_sip_library(text: str) -> SipLibrary:
    """A library from its JSON text; a LawError says what is wrong with it."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LawError(f"is not JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("sips"), list):
        raise LawError("is no SIPmath library", expected="an object with a list `sips`")
    kind = data.get("libraryType", data.get("objectType", "SIPmath_3_0"))
    if kind not in ("SIPmath_3_0", "sipModel"):
        raise LawError(f"is a library of type {kind!r}", expected="libraryType SIPmath_3_0")
    entries: dict[str, Mapping[str, Any]] = {}
    for place, entry in enumerate(data["sips"]):
        name = _text(entry, "name", f"sips[{place}]")
        if "environment" not in entry:  # what is meant for one tool alone has a general entry of the same name
            if name in entries:
                raise LawError(f"there are two SIPs {name!r}")
            entries[name] = entry
    about = f"{data.get('name', '')}", f"{data.get('provenance', '')}"
    return SipLibrary(*about, entries, _sources(data))


def _sources(data: Mapping[str, Any]) -> dict[tuple[str, ...], tuple[tuple[float, Generator], ...]]:
    """What normals are made of, by ("rng", name) and ("copula", name, layer)."""
    uniform = data.get("U01")
    found: dict[tuple[str, ...], tuple[tuple[float, Generator], ...]] = {}
    if not isinstance(uniform, dict):
        return found
    for place, entry in enumerate(uniform.get("rng") or ()):
        where = f"U01.rng[{place}]"
        name = _text(entry, "name", where)
        found["rng", name] = ((1.0, _generator(name, entry, where)),)
    for place, entry in enumerate(uniform.get("copula") or ()):
        where = f"U01.copula[{place}]"
        name = _text(entry, "name", where)
        if entry.get("function") != "GaussianCopula":
            continue
        layers, arguments = entry.get("copulaLayer"), entry.get("arguments")
        names = arguments.get("rng") if isinstance(arguments, dict) else None
        if not _texts(layers) or not _texts(names) or len(layers) != len(names):
            raise LawError(f"{where} has no lists `copulaLayer` and `arguments.rng` of one length")
        missing = [one for one in names if ("rng", one) not in found]
        if missing:
            raise LawError(f"{where}: there is no generator {missing[0]!r} in U01.rng")
        factor = cholesky_factor(_matrix(data, arguments, len(layers), where))
        for row, layer in enumerate(layers):
            parts = [(float(factor[row, k]), found["rng", one][0][1]) for k, one in enumerate(names)]
            found["copula", name, layer] = tuple(part for part in parts if part[0] != 0.0)
    return found


def _generator(name: str, entry: Mapping[str, Any], where: str) -> Generator:
    arguments = entry.get("arguments")
    if entry.get("function") != "HDR_2_0" or not isinstance(arguments, dict):
        return name
    seeds = [arguments.get(key, 0) for key in ("entity", "varId", "seed3", "seed4")]
    if any(isinstance(seed, dict) for seed in seeds):  # to be entered by the user
        return name
    try:
        return Hdr(*(int(seed) for seed in seeds))
    except (TypeError, ValueError):
        raise LawError(f"{where}: its seeds are {seeds}", expected="whole numbers") from None
    except LawError as error:
        raise LawError(f"{where}: {error.message}", argument=error.argument, expected=error.expected) from None


def _matrix(data: Mapping[str, Any], arguments: Mapping[str, Any], size: int, where: str) -> FloatArray:
    """The correlation matrix of a copula, from one triangle or both."""
    named = arguments.get("correlationMatrix")
    wanted = named.get("value") if isinstance(named, dict) and named.get("type") == "globalVariables" else None
    variables = data.get("globalVariables")
    listed = variables if isinstance(variables, list) else []
    value = next((one.get("value") for one in listed if isinstance(one, dict) and one.get("name") == wanted), None)
    cells = value.get("matrix") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(cells, list):
        raise LawError(f"{where}: the matrix {wanted!r} is not among the globalVariables")
    names = value.get("rows")
    if not _texts(names) or names != value.get("columns") or len(names) != size:
        raise LawError(f"{where}: the rows and columns of {wanted!r} do not name its {size} layers, in one order")
    matrix = np.eye(size)
    for cell in cells:
        try:
            row, column, number = names.index(cell["row"]), names.index(cell["col"]), float(cell["value"])
        except (TypeError, KeyError, ValueError):
            raise LawError(f"{where}: an entry of {wanted!r} is {cell}", expected="row, col and value") from None
        if not -1 <= number <= 1 or (row == column and number != 1):
            raise LawError(f"{where}: {wanted!r} has {number:g} at {cell['row']}, {cell['col']}", expected="-1 to 1")
        matrix[row, column] = matrix[column, row] = number
    factor = cholesky_factor(matrix)
    if float(np.max(np.abs(np.sum(factor[:, None, :] * factor[None, :, :], axis=-1) - matrix))) > 1e-9:
        raise LawError(f"{where}: {wanted!r} is no correlation matrix", expected="a positive semidefinite one")
    return matrix


def _sip(
    name: str, entry: Mapping[str, Any], sources: Mapping[tuple[str, ...], tuple[tuple[float, Generator], ...]]
) -> Sip:
    function, arguments = entry.get("function"), entry.get("arguments")
    if function not in _FUNCTIONS or not isinstance(arguments, dict):
        raise LawError(f"the SIP {name!r} has the function {function!r}", expected=f"one of {', '.join(_FUNCTIONS)}")
    rounded = entry.get("rounding") == "nearest"
    if function == "SIP_Array":
        values = arguments.get("value")
        if arguments.get("type", "array") != "array" or not _numbers(values) or not values:
            message = f"the SIP {name!r} is an array that lies elsewhere"
            raise LawError(message, expected="type 'array' with its values written out")
        array = tuple(float(value) for value in values)
        return Sip(name, "empirical", (array,), (), rounded, (), array)
    normal = _normal(name, entry.get("ref"), sources)
    if function == "Lookup_Table":
        points = arguments.get("value")
        if not isinstance(points, list) or not all(_numbers(point) and len(point) == 2 for point in points):
            raise LawError(f"the SIP {name!r} is no table", expected="pairs of a cumulative probability and a value")
        cumulative = np.array([0.0, *(float(point[0]) for point in points)])
        weights = tuple(np.diff(cumulative).tolist())
        return Sip(name, "discrete", (tuple(float(point[1]) for point in points), weights), (), rounded, normal)
    coefficients = arguments.get("aCoefficients")
    if not _numbers(coefficients):
        raise LawError(f"the SIP {name!r} has no list of numbers `aCoefficients`")
    ends = [(end, arguments.get(key)) for end, key in (("low", "lowerBound"), ("high", "upperBound"))]
    given = tuple((end, float(value)) for end, value in ends if isinstance(value, int | float))
    if len(given) < len([value for _, value in ends if value is not None]):
        raise LawError(f"a bound of the SIP {name!r} is no number")
    return Sip(name, "metalog", (tuple(float(one) for one in coefficients),), given, rounded, normal)


def _normal(
    name: str, ref: Any, sources: Mapping[tuple[str, ...], tuple[tuple[float, Generator], ...]]
) -> tuple[tuple[float, Generator], ...]:
    keys = ("source", "name", "copulaLayer") if isinstance(ref, dict) and ref.get("source") == "copula" else ()
    key = tuple(f"{ref.get(one)}" for one in keys or ("source", "name")) if isinstance(ref, dict) else ()
    if key not in sources:
        raise LawError(f"the SIP {name!r} refers to {' '.join(key) or 'nothing'}", expected="what is in U01")
    return sources[key]


def _uniforms(name: str, generator: Generator, trials: Any) -> FloatArray:
    if isinstance(generator, Hdr):
        return generator.uniforms(trials)
    raise LawError(f"the generator {generator!r} of {name!r} gives no trials by itself", expected="HDR_2_0 with seeds")


def _text(entry: Any, key: str, where: str) -> str:
    if not isinstance(entry, dict) or not isinstance(entry.get(key), str):
        raise LawError(f"{where} has no {key}")
    return str(entry[key])


def _texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _numbers(value: Any) -> TypeGuard[list[float]]:
    return isinstance(value, list) and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value)
