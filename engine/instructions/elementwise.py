"""Instructions that treat every lane alike, as vector code: one switch, and behind it one loop for each of them.

Written out for LLVM rather than left to its vectoriser, a loop needs no test whether rows overlap and keeps its length,
so that the loops of a whole program stay in the processor's cache of decoded instructions; an instruction fetches what
it uses and nothing else; and compiling all of it takes a fraction of the time. Every operation is IEEE-exact, with no
fast-math flags (:mod:`burncast.engine.instructions.operations` says what each means).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from burncast.engine.instructions.workspace import AUX, OPERATION, OUT, PADDING, A, B, C, K, L
from burncast.engine.numerics.lanes import LANES
from burncast.engine.program import OPCODES

__all__ = ["elementwise"]

WIDTH = 8
"""Lanes of a vector; where the processor's are shorter, LLVM takes several."""

ABREAST = 4
"""Vectors that one turn of a loop takes."""

_BIT, _BYTE, _WORD, _LONG = (ir.IntType(bits) for bits in (1, 8, 32, 64))
_DOUBLE = ir.DoubleType()
_DOUBLES, _FLOATS = ir.VectorType(_DOUBLE, WIDTH), ir.VectorType(ir.FloatType(), WIDTH)

Vector = Any
Builder = Any


def _call(b: Builder, name: str, *arguments: Vector) -> Vector:
    kind = arguments[0].type
    function_type = ir.FunctionType(kind, [kind] * len(arguments))
    name = f"llvm.{name}.v{WIDTH}f64"
    function = b.module.globals.get(name) or ir.Function(b.module, function_type, name)
    return b.call(function, arguments)


def _constant(value: float) -> Vector:
    return ir.Constant(_DOUBLES, [ir.Constant(_DOUBLE, value)] * WIDTH)


def _fma(b: Builder, x: Vector, y: Vector, w: Vector) -> Vector:
    return _call(b, "fma", x, y, w)


def _modulo(b: Builder, x: Vector, y: Vector) -> Vector:
    return _fma(b, b.fneg(_call(b, "floor", b.fdiv(x, y))), y, x)


def _first_where(relation: str) -> Callable[..., Vector]:
    def chosen(b: Builder, x: Vector, y: Vector) -> Vector:
        is_first = b.or_(b.fcmp_ordered(relation, x, y), b.fcmp_unordered("uno", x, x))
        return b.select(is_first, x, y)

    return chosen


def _truth(relation: str) -> Callable[..., Vector]:
    def compared(b: Builder, x: Vector, y: Vector) -> Vector:
        truth = b.select(b.fcmp_ordered(relation, x, y), _constant(1.0), _constant(0.0))
        return b.select(b.fcmp_unordered("uno", x, y), b.fadd(x, y), truth)

    return compared


def _where(b: Builder, condition: Vector, then: Vector, otherwise: Vector) -> Vector:
    chosen = b.select(b.fcmp_unordered("!=", condition, _constant(0.0)), then, otherwise)
    return b.select(b.fcmp_ordered("ord", condition, condition), chosen, condition)


_MEANINGS: dict[str, Callable[..., Vector]] = {
    "move": lambda _, x: x,
    "fill": lambda _, x: x,
    "widen": lambda _, x: x,
    "add": lambda b, x, y: b.fadd(x, y),
    "subtract": lambda b, x, y: b.fsub(x, y),
    "multiply": lambda b, x, y: b.fmul(x, y),
    "divide": lambda b, x, y: b.fdiv(x, y),
    "negate": lambda b, x: b.fneg(x),
    "absolute": lambda b, x: _call(b, "fabs", x),
    "minimum": _first_where("<"),
    "maximum": _first_where(">"),
    "modulo": _modulo,
    "sqrt": lambda b, x: _call(b, "sqrt", x),
    "floor": lambda b, x: _call(b, "floor", x),
    "less": _truth("<"),
    "less_equal": _truth("<="),
    "equal": _truth("=="),
    "not_equal": _truth("!="),
    "where": _where,
    "fma": _fma,
    "fnma": lambda b, x, y, w: _fma(b, b.fneg(x), y, w),
    "fms": lambda b, x, y, w: _fma(b, x, y, b.fneg(w)),
    "check": lambda b, x, before: _fma(b, x, _constant(0.0), before),
}
"""What an operation makes of its operands, vectors in the order of the opcode's letters."""

_CHANGING = frozenset({"check"})
"""Operations whose last operand is what the result's row held."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """Where an instruction finds what it reads and writes; addresses in bytes."""

    b: Builder
    fields: Any
    rows: Any
    shocks: Any
    scalars: Any
    quarter: Any

    def field(self, place: int) -> Any:
        """One of the instruction's numbers."""
        return self.b.load(self.at(self.fields, _long(8 * place), _LONG))

    def row(self, place: int) -> Any:
        """The row that a field names."""
        return self.at(self.rows, self.b.mul(self.field(place), _long(8 * (LANES + PADDING))), _BYTE)

    def shock(self) -> Any:
        """The shocks of this period that ``aux`` names."""
        line = self.b.add(self.b.mul(self.field(AUX), _long(4)), self.quarter)
        return self.at(self.shocks, self.b.mul(line, _long(4 * LANES)), _BYTE)

    def spread(self, place: int) -> Vector:
        """The number that a field names, in every lane."""
        number = self.b.load(self.at(self.scalars, self.b.mul(self.field(place), _long(8)), _DOUBLE))
        nothing, first = ir.Constant(_DOUBLES, ir.Undefined), ir.Constant(_WORD, 0)
        places = ir.Constant(ir.VectorType(_WORD, WIDTH), [first] * WIDTH)
        return self.b.shuffle_vector(self.b.insert_element(nothing, number, first), nothing, places)

    def at(self, base: Any, offset: Any, kind: Any) -> Any:
        """A pointer to a ``kind`` so many bytes after ``base``."""
        return self.b.bitcast(self.b.gep(base, [offset], source_etype=_BYTE), kind.as_pointer())

    def vector(self, letter: str, operand: Any, lane: Any) -> Vector:
        """The lanes of an operand from ``lane`` on: of a row, of shocks or of a spread number."""
        if letter == "s":
            return operand
        if letter == "z":
            narrow = self.b.load(self.at(operand, self.b.mul(lane, _long(4)), _FLOATS), align=4)
            return self.b.fpext(narrow, _DOUBLES)
        return self.b.load(self.at(operand, self.b.mul(lane, _long(8)), _DOUBLES), align=8)


def _long(value: int) -> Any:
    return ir.Constant(_LONG, value)


def _emit_loop(memory: _Memory, name: str, length: Any, end: Any) -> None:
    """The instruction ``name``, from here on to ``end``."""
    b = memory.b
    operation, _, letters = name.partition(" ")
    rows, numbers = iter((A, B, C)), iter((K, L))
    out = memory.row(OUT)
    found: dict[str, Callable[[], Any]] = {
        "r": lambda: memory.row(next(rows)),
        "s": lambda: memory.spread(next(numbers)),
        "z": memory.shock,
    }
    operands = [(letter, found[letter]()) for letter in letters]
    if operation in _CHANGING:
        operands.append(("r", out))
    before, loop = b.block, b.append_basic_block(operation)
    b.branch(loop)
    b.position_at_end(loop)
    first = b.phi(_LONG)
    first.add_incoming(_long(0), before)
    for n in range(ABREAST):
        lane = b.add(first, _long(n * WIDTH))
        result = _MEANINGS[operation](b, *(memory.vector(*operand, lane) for operand in operands))
        b.store(result, memory.at(out, b.mul(lane, _long(8)), _DOUBLES), align=8)
    following = b.add(first, _long(ABREAST * WIDTH))
    first.add_incoming(following, loop)
    b.cbranch(b.icmp_unsigned("<", following, length), loop, end)


def _elementwise(typing_context: Any, fields: Any, rows: Any, shocks: Any, scalars: Any, period: Any) -> Any:  # noqa: ARG001
    def emit(context: Any, builder: Builder, signature: Any, arguments: Any) -> Any:
        arrays = [
            context.make_array(kind)(context, builder, array)
            for kind, array in zip(signature.args[:4], arguments[:4], strict=True)
        ]
        code, registers, normals, known = (builder.bitcast(array.data, _BYTE.as_pointer()) for array in arrays)
        memory = _Memory(builder, code, registers, normals, known, builder.and_(arguments[4], _long(3)))
        # LANES, but from memory: a length that LLVM knew would make it write whole loops out.
        length = builder.sub(builder.extract_value(arrays[1].shape, 1), _long(PADDING))
        here = [name for name in OPCODES if name.partition(" ")[0] in _MEANINGS]
        done, end = builder.append_basic_block("done"), builder.append_basic_block("end")
        before = builder.block
        switch = builder.switch(memory.field(OPERATION), end)
        for name in here:
            block = builder.append_basic_block(name.replace(" ", "_"))
            switch.add_case(_long(OPCODES[name]), block)
            builder.position_at_end(block)
            _emit_loop(memory, name, length, done)
        builder.position_at_end(done)
        builder.branch(end)
        builder.position_at_end(end)
        was_here = builder.phi(_BIT)
        was_here.add_incoming(ir.Constant(_BIT, 0), before)
        was_here.add_incoming(ir.Constant(_BIT, 1), done)
        return was_here

    return types.boolean(fields, rows, shocks, scalars, period), emit


elementwise = cast(
    Callable[[NDArray[np.uint64], NDArray[np.float64], NDArray[np.float32], NDArray[np.float64], int], bool],
    intrinsic(_elementwise),
)
"""elementwise(fields, rows, shocks, scalars, period): do the instruction ``fields`` uint64[8] if it is one of these;
whether it was."""
