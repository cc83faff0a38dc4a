"""An input held at one value: in the program, by its normal, or in the scenario, by a number in place of what it was.

Both leave every other draw as it was. A program can be pinned in no time where the input is one draw; a scenario can be
fixed whatever the input's value is made of, and is compiled again.
"""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np

from burncast.distributions.errors import InputError, nearest_name
from burncast.engine.language.expressions import Number
from burncast.engine.language.scenario_model import ByElement, Quantity, Scenario, Value
from burncast.engine.program import FIELDS, OPCODES, Program
from burncast.engine.reading.particle_files import refuse_particles

__all__ = ["fixed", "named_input", "pinned"]

_OP, _COUNT, _OUT, _A, _K, _AUX = (FIELDS.index(name) for name in ("op", "count", "out", "a", "k", "aux"))


def pinned(program: Program, stream: str, z: float) -> Program:
    """``program`` with one input's normal, that of the draw ``stream``, equal to ``z`` in every trajectory."""
    refuse_particles(program, "its inputs cannot be held one by one")
    place = program.draw_names.index(stream)
    column = program.scalars.shape[1]
    lines, labels = [], []
    for line, label in zip(program.setup, program.setup_labels, strict=True):
        if line[_OP] != OPCODES["draw"] or not line[_AUX] <= place < line[_AUX] + line[_COUNT]:
            lines.append(line)
            labels.append(label)
            continue
        for offset in range(int(line[_COUNT])):
            single = line.copy()
            single[_COUNT], single[_OUT], single[_AUX] = 1, line[_OUT] + offset, line[_AUX] + offset
            if single[_AUX] == place:
                single[_OP], single[_K], single[_AUX] = OPCODES["fill s"], column, 0
            lines.append(single)
            labels.append(label)
    return dataclasses.replace(
        program,
        setup=np.array(lines, dtype=np.int64),
        setup_labels=tuple(labels),
        scalars=np.concatenate([program.scalars, np.full((program.periods + 1, 1), z)], axis=1),
    )


def named_input(scenario: Scenario, text: str) -> tuple[Quantity, tuple[str, ...]]:
    """The input, and the labels of its element, that ``inputs.price.plus`` or ``price.plus`` names.

    InputError where there is none of that name or with that element.
    """
    name, _, rest = text.strip().removeprefix("inputs.").partition(".")
    known = [name for name, quantity in scenario.quantities.items() if quantity.kind == "input"]
    if name not in known:
        nearest = nearest_name(name, known)
        what = f"{name!r} is a {scenario.quantities[name].kind}" if name in scenario.quantities else "there is none"
        hint = f"; did you mean 'inputs.{nearest}'?" if nearest else f"; expected one of {', '.join(known)}"
        raise InputError(f"{text!r} names no input of the scenario: {what}{hint}")
    quantity = scenario.quantities[name]
    over = quantity.over or ()
    labels = _labels(rest, [scenario.dimensions[dimension] for dimension in over])
    if labels and len(labels) != len(over):
        expected = f"expected a label of {', then of '.join(over)}" if over else "it has no elements"
        raise InputError(f"{text!r} names no element of {name}: {expected}")
    for label, dimension in zip(labels, over if labels else (), strict=True):
        if label not in scenario.dimensions[dimension]:
            nearest = nearest_name(label, scenario.dimensions[dimension])
            hint = f"; did you mean {nearest!r}?" if nearest else ""
            raise InputError(f"{label!r} in {text!r} is no {dimension}{hint}")
    return quantity, tuple(labels)


def _labels(text: str, known: list[tuple[str, ...]]) -> list[str]:
    """The labels in ``plus.eu``, one of each dimension in ``known``; a label may have points itself, as ``gpt-3.5``."""
    if not known:
        return text.split(".") if text else []
    for label in sorted(known[0], key=len, reverse=True):
        if text == label:
            return [label]
        if text.startswith(f"{label}.") and len(known) > 1:
            return [label, *_labels(text[len(label) + 1 :], known[1:])]
    return text.split(".") if text else []


def fixed(scenario: Scenario, quantity: Quantity, labels: tuple[str, ...], value: float) -> Scenario:
    """``scenario`` without its variants, an input (all its elements where ``labels`` is empty) fixed at ``value``."""
    number: Value = Number(value)
    if labels:
        over = quantity.over or ()
        if isinstance(quantity.value, ByElement):
            entries = dict(quantity.value.values)
        else:
            entries = dict.fromkeys(itertools.product(*(scenario.dimensions[dim] for dim in over)), quantity.value)
        number = ByElement({**entries, labels: Number(value)})
    quantities = {**scenario.quantities, quantity.name: dataclasses.replace(quantity, value=number)}
    return dataclasses.replace(scenario, quantities=quantities, variants={})
