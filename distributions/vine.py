"""Regular vine copulas: dependence of many draws built from copulas of two (Bedford and Cooke 2002, "Vines").

A vine is kept as pyvinecopulib writes it: an order of the variables, and an array in natural order whose entry (t, e)
is the partner of variable e + 1 in tree t + 1, given its partners in the trees before. Trees that are left out
(truncation) are independence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from burncast.distributions.archimedean import ARCHIMEDEAN
from burncast.distributions.errors import LawError, nearest_name

__all__ = ["PAIR_FAMILIES", "PairCopula", "Vine", "read_vine"]

PAIR_FAMILIES = {"independence": 0, "gaussian": 1, "student": 2, "clayton": 1, "gumbel": 1, "frank": 1}
"""Families of pairs, and how many parameters each has."""

_ROTATIONS = (0, 90, 180, 270)


@dataclass(frozen=True, slots=True)
class PairCopula:
    """The copula of one pair; ``rotation`` in degrees: 90 turns the first variable round, 270 the second, 180 both."""

    family: str
    rotation: int
    parameters: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Vine:
    """``order[v]`` is the place among the quantities, from 0, of variable v + 1 in natural order; ``partners[t]`` and
    ``pairs[t]`` belong to tree t + 1."""

    order: tuple[int, ...]
    partners: tuple[tuple[int, ...], ...]
    pairs: tuple[tuple[PairCopula, ...], ...]

    def nearest(self, tree: int, edge: int) -> int:
        """The column, from 0, in which the partner of variable ``edge`` in ``tree`` is worked out: the least of its
        partners so far."""
        return min(partners[edge] for partners in self.partners[: tree + 1]) - 1


def read_vine(data: Any) -> Vine:
    """A vine from what pyvinecopulib's ``Vinecop.to_json`` holds; a LawError says what is wrong with it."""
    try:
        order = tuple(int(place) - 1 for place in data["structure"]["order"])
        rows = data["structure"]["array"]["data"]
        partners = tuple(tuple(int(partner) for partner in row) for row in rows)
        trees = [data["pair copulas"][f"tree{tree}"] for tree in range(len(partners))]
        given = [[trees[t][f"pc{e}"] for e in range(len(partners[t]))] for t in range(len(partners))]
        types = [str(kind) for kind in data.get("var_types", [])]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        raise LawError(
            "is not a vine copula", expected="the JSON that Vinecop.to_file of pyvinecopulib writes"
        ) from None
    if any(kind != "c" for kind in types):
        raise LawError("has discrete variables", expected="a vine of continuous variables")
    _check_structure(order, partners)
    pairs = tuple(
        tuple(_pair(entry, f"the copula of tree {t + 1}, edge {e + 1},") for e, entry in enumerate(row))
        for t, row in enumerate(given)
    )
    return Vine(order, partners, pairs)


def _check_structure(order: Sequence[int], partners: Sequence[Sequence[int]]) -> None:
    """Refuse what is no regular vine: every pair has to be conditioned on what its tree before has worked out."""
    size = len(order)
    wrong = LawError("is not a regular vine", expected="the structure that pyvinecopulib writes")
    if size < 2 or sorted(order) != list(range(size)) or not 0 < len(partners) < size:
        raise wrong
    if any(len(row) != size - 1 - tree for tree, row in enumerate(partners)):
        raise wrong
    for tree, row in enumerate(partners):
        for edge, partner in enumerate(row):
            given = {before[edge] for before in partners[:tree]}
            nearest = min({partner} | given)
            if not edge + 1 < nearest <= size or len(given) < tree or partner in given or partner > size:
                raise wrong
            column = [before[nearest - 1] for before in partners[:tree] if nearest <= len(before)]
            direct = nearest == partner and given == set(column)
            if not direct and not (
                tree > 0 and len(column) == tree and partner == column[-1] and given == {nearest, *column[:-1]}
            ):
                raise wrong


def _pair(entry: Any, what: str) -> PairCopula:
    try:
        name, rotation = str(entry["fam"]), int(entry["rot"])
        parameters = tuple(float(value) for value in _flat(entry))
    except (KeyError, TypeError, ValueError):
        raise LawError(f"{what} cannot be read", expected="`fam`, `rot` and `par`") from None
    family = name.lower()
    known = [each.capitalize() for each in PAIR_FAMILIES]
    if family not in PAIR_FAMILIES:
        expected = f"{', '.join(known)}: fit the vine with these (family_set)"
        raise LawError(f"{what} is a {name} copula", expected=expected, nearest=nearest_name(name, known))
    if len(parameters) != PAIR_FAMILIES[family] or rotation not in _ROTATIONS:
        raise LawError(f"{what} has {len(parameters)} parameters and rotation {rotation}")
    if family in ("gaussian", "student") and not -1 < parameters[0] < 1:
        raise LawError(f"{what} has the correlation {parameters[0]:g}", expected="a number between −1 and 1")
    if family == "student" and not 1 <= parameters[1] <= 1e6:
        raise LawError(f"{what} has {parameters[1]:g} degrees of freedom", expected="1 or more")
    if family in ARCHIMEDEAN:
        try:
            ARCHIMEDEAN[family].check(parameters[0])
        except LawError as error:
            raise LawError(f"{what}: {error.message}", expected=error.expected) from None
    if any(not math.isfinite(value) for value in parameters):
        raise LawError(f"{what} has a parameter that is no number")
    return PairCopula(family, rotation, parameters)


def _flat(entry: Mapping[str, Any]) -> list[Any]:
    if entry["fam"] == "Independence":
        return []
    return list(entry["par"]["data"])
