"""Kernels that run without their compiler.

Importing numba and fetching a function from its cache take half a second or more, as long as a hundred thousand
trajectories. So what Python calls is kept on disk as an object file beside numba's own cache, and a later run needs
llvmlite alone: to link the file into the process, and to find the function in it. Numba is imported where there is no
such file, to make it.

A call follows numba's convention for compiled functions: a pointer to the result, one to the place of an exception
(none is raised here), then the arguments, every array as (memory info, parent, size, item size, data, shape, strides)
and every named tuple as its parts. The lock of the interpreter is not held meanwhile.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import importlib
import os
import threading
from collections.abc import Iterator
from typing import Any

import llvmlite.binding as llvm
import numpy as np

from burncast.engine.numerics.kernel_cache import cache_directory, keep, kept

__all__ = ["Native"]

_LOADING = threading.Lock()
_engines: list[Any] = []
"""What holds the code that was linked; it is never given back."""


class Native:
    """A kernel by the name of its module and its own, compiled for the kinds of arguments that it is called with.

    Arrays must be C-contiguous. The result is an integer, or nothing that matters.
    """

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name
        self._functions: dict[str, Any] = {}

    def __call__(self, *arguments: Any) -> int:
        """Run it."""
        kinds = ",".join(_kinds(arguments))
        function = self._functions.get(kinds) or self._ready(kinds, arguments)
        result = ctypes.c_int64()
        function(ctypes.byref(result), ctypes.byref(ctypes.c_void_p()), *_flat(arguments))
        return result.value

    def is_on_disk(self) -> bool:
        """Whether an earlier run left it (False: the first call will compile for a while)."""
        return any(cache_directory().glob(f"{self.name}-*-{_processor()}.o"))

    def _ready(self, kinds: str, arguments: tuple[Any, ...]) -> Any:
        with _LOADING:
            if kinds not in self._functions:
                label = hashlib.blake2b(kinds.encode(), digest_size=4).hexdigest()
                path = cache_directory() / f"{self.name}-{label}-{_processor()}.o"
                content = kept(path)
                if content is None:
                    content = self._compile(arguments)
                    keep(path, content)
                self._functions[kinds] = _link(content)
            return self._functions[kinds]

    def _compile(self, arguments: tuple[Any, ...]) -> bytes:
        """The function's symbol and, after a line's end, its object code."""
        numba: Any = importlib.import_module("numba")
        kernel = getattr(importlib.import_module(self.module), self.name)
        kinds = tuple(numba.typeof(argument) for argument in arguments)
        kernel.compile(kinds)
        compiled = kernel.overloads[kinds]
        _, _, (code, _) = compiled.library.serialize_using_object_code()
        symbol: str = compiled.fndesc.llvm_func_name
        return symbol.encode() + b"\n" + bytes(code)


def _kinds(arguments: tuple[Any, ...]) -> Iterator[str]:
    for argument in arguments:
        if isinstance(argument, tuple):
            yield from _kinds(argument)
        elif isinstance(argument, np.ndarray):
            if not argument.flags.c_contiguous:
                raise ValueError(f"an array of shape {argument.shape} is not C-contiguous")
            yield f"{argument.dtype.str}{argument.ndim}"
        else:
            yield "u" if isinstance(argument, np.uint64) else "f" if isinstance(argument, float) else "i"


def _flat(arguments: tuple[Any, ...]) -> Iterator[Any]:
    for argument in arguments:
        if isinstance(argument, tuple):
            yield from _flat(argument)
        elif isinstance(argument, np.ndarray):
            yield ctypes.c_void_p()
            yield ctypes.c_void_p()
            yield ctypes.c_int64(argument.size)
            yield ctypes.c_int64(argument.itemsize)
            yield ctypes.c_void_p(argument.ctypes.data)
            yield from map(ctypes.c_int64, argument.shape)
            yield from map(ctypes.c_int64, argument.strides)
        elif isinstance(argument, float):
            yield ctypes.c_double(argument)
        else:
            yield ctypes.c_int64(int(argument))


@functools.cache
def _processor() -> str:
    """A label of what code is compiled for; numba reads the same variables."""
    name = os.environ.get("NUMBA_CPU_NAME") or llvm.get_host_cpu_name()
    features = os.environ.get("NUMBA_CPU_FEATURES") or llvm.get_host_cpu_features().flatten()
    return hashlib.blake2b(f"{name} {features}".encode(), digest_size=4).hexdigest()


def _link(content: bytes) -> Any:
    symbol, _, code = content.partition(b"\n")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True, codemodel="jitdefault")
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _engines.append(engine)
    return ctypes.CFUNCTYPE(ctypes.c_int32)(engine.get_function_address(symbol.decode()))
