"""Results on disk: a folder of files that are each whole or absent.

Every file is written under a temporary name beside its final one, flushed to the disk, and renamed only when all are
complete, so that an earlier result survives a full disk, a kill or a wrong scenario. Each file carries the mark
``Created by burncast``; a file of the same name without it belongs to someone else and is never replaced.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from burncast.distributions.errors import InputError
from burncast.outputs.files.cf_attributes import with_bounds, without_bounds
from burncast.outputs.files.json_text import json_text

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "CREATED_BY",
    "check_file",
    "check_folder",
    "check_store",
    "dataset_encoding",
    "encode_dataset",
    "encode_json",
    "read_dataset",
    "write_file",
    "write_files",
    "write_store",
]

MARK = b"Created by burncast"
CREATED_BY = f"{MARK.decode()} {version('burncast')}"
_MARK_WITHIN = 4096
_WHOLE_ATTRIBUTES = ("seed", "trajectories", "independent", "reached", "stream_version")


def check_folder(folder: Path, names: Iterable[str]) -> None:
    """Raise an InputError if ``names`` cannot be written into ``folder``; cheap, to be asked before a long run."""
    if _exists(folder) and not folder.is_dir():
        raise InputError(f"cannot write into {folder}: it is a file, not a folder")
    ancestor = folder
    while not _exists(ancestor):
        ancestor = ancestor.parent
    if not os.access(ancestor, os.W_OK | os.X_OK) or not ancestor.is_dir():
        raise InputError(f"cannot write into {folder}: no permission to write in {ancestor}")
    for name in names:
        path = folder / name
        if _exists(path):
            _check_own(path)


def write_files(folder: Path, contents: Mapping[str, bytes], names: Iterable[str] = ()) -> list[Path]:
    """Write every file or none; ``folder`` is made where it is missing. Returns the paths.

    All lie on the disk before the first takes its name; only a power cut or a kill between these renames leaves some of
    the new files beside some of the old ones, which their digest, seed and number of trajectories tell apart.

    ``names`` are all that a result may consist of: those without contents are removed, so that nothing of an earlier
    result is left beside the new one.

    Raises InputError, and leaves what was there before, when the disk is full, the folder cannot be written or a name
    is taken by a file that is not burncast's.
    """
    obsolete = [folder / name for name in names if name not in contents]
    check_folder(folder, [*contents, *(path.name for path in obsolete)])
    staged: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            temporary = folder / f".{name}.{secrets.token_hex(4)}.tmp"
            staged[temporary] = folder / name
            _write_through(temporary, content)
        for temporary, final in staged.items():
            os.replace(temporary, final)
        for path in obsolete:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot write the results into {folder}: {error.strerror or error}") from error
    finally:
        for temporary in staged:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
    return list(staged.values())


def check_file(path: Path, force: bool) -> None:
    """Raise an InputError if a single file cannot be written to ``path``, or is there already and ``force`` is not."""
    check_folder(path.parent, ())
    if not _exists(path):
        return
    if path.is_dir():
        raise InputError(f"cannot write {path}: it is a folder; expected the name of a file")
    if path.exists() and not path.is_file():
        raise InputError(f"cannot write {path}: it is a device or a pipe; expected the name of a file")
    if not force:
        raise InputError(f"{path} is there already; --force (force=True in Python) replaces it")


def write_file(path: Path, content: bytes, force: bool) -> None:
    """Write one file, whole or not at all; InputError, and what was there before, where that cannot be."""
    check_file(path, force)
    temporary = path.parent / f".{path.name[:60]}.{secrets.token_hex(4)}.tmp"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_through(temporary, content)
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def check_store(path: Path, force: bool) -> None:
    """As :func:`check_file` for a zarr store, which is a folder: only another store is ever replaced."""
    check_folder(path.parent, ())
    if not _exists(path):
        return
    if path.is_symlink() or not any((path / name).is_file() for name in (".zgroup", "zarr.json")):
        raise InputError(f"will not replace {path}: it is no zarr store; choose another name")
    if not force:
        raise InputError(f"{path} is there already; --force (force=True in Python) replaces it")


def write_store(path: Path, contents: Mapping[str, bytes], force: bool) -> None:
    """Write the files of a zarr store, all of them or none; ``contents`` are by their paths in it, parted by ``/``.

    InputError, and what was there before, where that cannot be.
    """
    check_store(path, force)
    key = secrets.token_hex(4)
    temporary, old = (path.parent / f".{path.name[:60]}.{key}.{end}" for end in ("tmp", "old"))
    try:
        for name, content in contents.items():
            file = temporary / name
            file.parent.mkdir(parents=True, exist_ok=True)
            _write_through(file, content)
        if path.exists():
            os.rename(path, old)
        os.rename(temporary, path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if old.exists() and not path.exists():
            os.rename(old, path)
        for folder in (temporary, old):
            shutil.rmtree(folder, ignore_errors=True)


def encode_json(plain: Any) -> bytes:
    """Plain data as :func:`~burncast.outputs.files.json_text.json_text` writes it, in UTF-8."""
    return json_text(plain).encode()


def encode_dataset(dataset: xr.Dataset) -> bytes:
    """The dataset as netCDF-3 (64-bit offset), the format that SciPy writes without further libraries.

    netCDF-3 has no 64-bit integers: those of variables are stored as 32-bit ones, and refused where they do not fit;
    those of attributes, such as the seed, are stored as text.
    """
    whole = {name: str(value) for name, value in dataset.attrs.items() if isinstance(value, int)}
    dataset = with_bounds(dataset.assign_attrs(whole))
    encoding = dataset_encoding(dataset)
    for name, variable in dataset.variables.items():
        if variable.dtype.kind in "iu":
            limits = np.iinfo(np.int32)
            if variable.size and (variable.min() < limits.min or variable.max() > limits.max):
                raise ValueError(f"{name} does not fit the 32-bit integers of netCDF-3")
            encoding[str(name)] = {"dtype": "int32"}
    return bytes(dataset.to_netcdf(engine="scipy", format="NETCDF3_64BIT", encoding=encoding))


def dataset_encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """By variable: dates as days of a calendar that CF knows; coordinates, which are never missing, without a fill."""
    encoding: dict[str, dict[str, Any]] = {}
    for name, variable in dataset.variables.items():
        dates = variable.dtype.kind == "M"
        if dates:
            calendar = {"units": "days since 1970-01-01", "calendar": "proleptic_gregorian"}
            encoding[str(name)] = {"dtype": "float64", **calendar}
        if name in dataset.dims or (dates and not bool(variable.isnull().any())):
            encoding[str(name)] = encoding.get(str(name), {}) | {"_FillValue": None}
    return encoding


def read_dataset(path: str | os.PathLike[str]) -> xr.Dataset:
    """A dataset that :func:`encode_dataset` wrote, with its 64-bit integers back."""
    import xarray as xr

    from burncast.outputs.results.accessor import register_accessor

    register_accessor()
    dataset = without_bounds(xr.load_dataset(path, engine="scipy", decode_timedelta=False))
    whole = {name: int(dataset.attrs[name]) for name in _WHOLE_ATTRIBUTES if name in dataset.attrs}
    dataset = dataset.assign_attrs(whole)
    narrow = [name for name, variable in dataset.coords.items() if variable.dtype == np.int32]
    return dataset.assign_coords({name: dataset.coords[name].astype(np.int64) for name in narrow})


def _exists(path: Path) -> bool:
    """Whether something has this name, be it a link to nothing; InputError where that may not be known."""
    try:
        return path.is_symlink() or path.exists()
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def _check_own(path: Path) -> None:
    """Raise an InputError unless ``path`` is a file that burncast made."""
    if not path.is_file():
        raise InputError(f"cannot write {path}: something that is not a file has this name")
    try:
        with path.open("rb") as file:
            own = MARK in file.read(_MARK_WITHIN)
    except OSError as error:
        raise InputError(f"cannot replace {path}: {error.strerror or error}") from error
    if not own:
        raise InputError(f"will not replace {path}: burncast did not make it; choose another folder")


def _write_through(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
