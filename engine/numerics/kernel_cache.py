"""The decorators of every compiled kernel, and where compiled code is kept between runs.

Numba's ``cache=True`` looks at the file of the function it compiles and at nothing else: after an edit to a callee in
another file (or to a table of coefficients) it would go on running the old code. Kernels here call each other across
files, so their cache lives in a folder named by a hash of all the sources that take part: the files of this package
that use :func:`kernel`, what they import from it, and the versions of numba and llvmlite. An edit opens a new folder;
nothing stale can be read.

The folder is ``$NUMBA_CACHE_DIR/burncast-<hash>`` where that variable is set, else ``~/.cache/burncast/<hash>``
(``$XDG_CACHE_HOME`` is honoured; ``~/Library/Caches`` on macOS, ``%LOCALAPPDATA%`` on Windows), else, where that cannot
be written, a folder of the process's own under the temporary directory. Numba's own setting is put back after each
decoration, so other packages are not affected.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

__all__ = ["borrowing", "cache_directory", "inlined", "keep", "kept", "kernel", "outermost", "source_hash"]

_DIGEST_BYTES = 32

Function = TypeVar("Function", bound=Callable[..., Any])

_THIS = "numerics.kernel_cache"
"""This module, by its name after ``burncast.engine.``."""

_MENTIONED = re.compile(r"\bburncast\.engine((?:\.\w+)*)(?: import (\([^)]*\)|[^\n]*))?")


def kernel(function: Function) -> Function:
    """Compile ``function`` with numba: cached on disk, without the interpreter's lock, IEEE arithmetic."""
    return _compiled(function, {})


def inlined(function: Function) -> Function:
    """A :func:`kernel` that is always inlined where it is called: a scalar step of loops that must vectorise."""
    return _compiled(function, {"forceinline": True})


def outermost(function: Function) -> Function:
    """A :func:`borrowing` kernel that Python calls through :class:`~burncast.engine.numerics.native.Native`, which
    keeps it.
    """
    return _njit(function, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def borrowing(function: Function) -> Function:
    """A kernel that only kernels call, and that allocates nothing: references to its arrays are not counted.

    Counting is two locked instructions an array and call, a third of the cost of a block of lanes. It needs no cache of
    its own: the kernels that call it are cached with it inside.
    """
    return _njit(function, _nrt=False)


def _njit(function: Function, **options: Any) -> Function:
    import numba

    return cast(Function, numba.njit(nogil=True, error_model="numpy", **options)(function))


def _compiled(function: Function, options: dict[str, Any]) -> Function:
    import numba

    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_directory())
    try:
        return _njit(function, cache=True, **options)
    finally:
        config.CACHE_DIR = before


@functools.cache
def cache_directory() -> Path:
    """The folder that holds this version's compiled kernels; it exists and is writable."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(chosen) / f"burncast-{source_hash()}" if chosen else _user_cache() / "burncast" / source_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return Path(tempfile.mkdtemp(prefix="burncast-"))
    return folder


def keep(path: Path, content: bytes) -> None:
    """Write a file of the cache, with a digest in front for :func:`kept`.

    It is written under another name first: a reader sees all of it or nothing. Where the disk is full the next run only
    takes longer.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def kept(path: Path) -> bytes | None:
    """What :func:`keep` wrote there; None where there is nothing, or it is damaged."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, body = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    return body if hashlib.sha256(body).digest() == digest else None


@functools.cache
def source_hash() -> str:
    """Sixteen hexadecimal digits that change when any kernel's source, or the compiler's version, changes."""
    digest = hashlib.blake2b(digest_size=8)
    for package in ("numba", "llvmlite"):
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    folder = Path(__file__).parents[1]
    for path in _kernel_sources(folder):
        name = path.relative_to(folder).as_posix()
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _kernel_sources(folder: Path) -> list[Path]:
    files = {".".join(path.relative_to(folder).with_suffix("").parts): path for path in folder.rglob("*.py")}
    imports = {name: _imported(path.read_text(encoding="utf-8")) for name, path in files.items()}
    found: set[str] = set()
    waiting = [name for name, imported in imports.items() if _THIS in imported]
    while waiting:
        name = waiting.pop()
        if name in imports and name not in found:
            found.add(name)
            waiting.extend(imports[name])
    return [files[name] for name in sorted(found)]


def _imported(source: str) -> set[str]:
    """What may be a module of the engine among the names in a source, such as ``numerics.lanes``."""
    found = set()
    for path, names in _MENTIONED.findall(source):
        parts = path.split(".")[1:]
        found |= {".".join(parts[:count]) for count in range(1, len(parts) + 1)}
        found |= {".".join([*parts, name]) for name in re.findall(r"\w+", names)}
    return found


def _user_cache() -> Path:
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path.home() / ".cache"
