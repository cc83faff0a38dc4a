"""A program written out for people: one instruction a line, with the name of the quantity that it finishes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from burncast.engine.instructions.machine_rows import CHECK_ROW, NEED_ROW, PASSAGE_ROW
from burncast.engine.program import FIELDS, OPCODES, Program

__all__ = ["listing"]

_NAMES = {number: name for name, number in OPCODES.items()}
_DUTY_ROWS = {CHECK_ROW: "soundness", PASSAGE_ROW: "first passage", NEED_ROW: "greatest need"}
_KINDS = ("smooth", "steps", "pieces", "interp", "markov", "jumps")


def listing(program: Program) -> str:
    """Setup and step of ``program`` with its scalars, streams and tables.

    A run of rows is written ``r7..9``; ``s3=0.25`` is a scalar with its value (``s3(t)`` where it changes with the
    period), ``z2`` a shock.
    """
    lines = [
        f"{program.rows} rows, {program.scalars.shape[1]} scalars, {len(program.shocks)} shocks a period, "
        f"{len(program.draws)} other streams, {len(program.table_index)} tables",
        "",
        "setup, once per trajectory",
        *_block(program, program.setup, program.setup_labels, 0),
        "",
        "step, every period (states change places between odd and even periods)",
        *_block(program, program.odd, program.step_labels, 1),
    ]
    if program.shock_names:
        lines += ["", "shocks", *(f"  z{number} = {name}" for number, name in enumerate(program.shock_names))]
    if program.draw_names:
        lines += [
            "",
            "drawn once or on demand",
            *(f"  d{place} = {name}" for place, name in enumerate(program.draw_names)),
        ]
    return "\n".join(lines)


def _block(program: Program, block: NDArray[np.int64], labels: tuple[str, ...], period: int) -> list[str]:
    lines = (_instruction(program, line, period) for line in block)
    return [f"{line:64}  # {label}" if label else line for line, label in zip(lines, labels, strict=True)]


def _instruction(program: Program, line: NDArray[np.int64], period: int) -> str:
    fields = dict(zip(FIELDS, (int(number) for number in line), strict=True))
    opcode = _NAMES[fields["op"]]
    base, _, operands = opcode.partition(" ")
    rows, scalars = iter("abc"), iter("kl")
    written: list[str] = []
    for kind in operands:
        if kind == "r":
            field = next(rows)
            written.append(_run("r", fields[field], fields["count"], fields[f"{field}_step"]))
        elif kind == "s":
            written.append(_scalar(program, fields, next(scalars), period))
        else:
            written.append(_run("z", fields["aux"], fields["count"], 1))
    if base == "draw":
        written.append(_run("d", fields["aux"], fields["count"], 1))
    elif base in ("transport", "lookup", "interp", "markov", "jumps"):
        written.append(f"table {fields['aux']} ({_KINDS[int(program.table_index[fields['aux'], 0])]})")
    elif base in ("lag", "window"):
        written.append(f"over {fields['aux'] >> 1} periods")
    elif base == "total":
        written.append(f"of {fields['aux']} rows, {fields['c']} apart")
    target = _DUTY_ROWS.get(fields["out"]) or _run("r", fields["out"], fields["count"], 1)
    if base == "record":
        target = "statistics"
    return f"  {target:14} = {base:10} {', '.join(written)}".rstrip()


def _run(letter: str, first: int, count: int, step: int) -> str:
    if count == 1 or step == 0:
        return f"{letter}{first}"
    return f"{letter}{first}..{first + (count - 1) * step}" + (f" by {step}" if step > 1 else "")


def _scalar(program: Program, fields: dict[str, int], field: str, period: int) -> str:
    first = fields[field]
    column = program.scalars[:, first]
    text = _run("s", first, fields["count"], fields[f"{field}_step"])
    if "." in text:
        return text
    return f"{text}={column[period]:g}" if np.all(column == column[0]) else f"{text}(t)"
