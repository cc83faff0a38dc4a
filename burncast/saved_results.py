"""Results that were saved by ``run --out``: the dataset, and the scenario that it carries."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from burncast.distributions.errors import InputError, ScenarioError

if TYPE_CHECKING:
    import xarray as xr

    from burncast.engine.scenario import Scenario

__all__ = ["is_result", "read_forecast", "read_result", "saved_scenario"]

_DIGEST = re.compile(r"^# sha256 of (.+): [0-9a-f]{64}$", re.MULTILINE)
_EXPECTED = "expected a folder that burncast run --out wrote"


def is_result(source: object) -> TypeGuard[str | os.PathLike[str] | xr.Dataset]:
    """Whether a result is meant, and not a scenario: a dataset, a folder of results, or the file in it."""
    if isinstance(source, (str, os.PathLike)):
        return Path(source).suffix == ".nc" or Path(source).is_dir()
    return type(source).__module__.startswith("xarray.")


def read_result(path: str | os.PathLike[str]) -> xr.Dataset:
    """A saved forecast, as :func:`burncast.simulate` returned it; so also what other verbs saved as ``.nc`` files.

    ``path`` is a folder that ``burncast run --out`` wrote, or its dataset. Raises InputError where there is none.
    """
    from burncast.outputs.files.store import read_dataset

    file = Path(path) / "dataset.nc" if Path(path).is_dir() else Path(path)
    try:
        result = read_dataset(file)
    except FileNotFoundError:
        raise InputError(f"there is no {file}; {_EXPECTED}") from None
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}") from None
    except (ValueError, TypeError, LookupError):
        # Whatever SciPy meets in a file that is none of netCDF, or that was cut.
        raise InputError(f"{file} is no result of burncast, or was cut short; {_EXPECTED}") from None
    if "created_by" not in result.attrs:
        raise InputError(f"{file} is no result of burncast; {_EXPECTED}")
    return result


def read_forecast(source: str | os.PathLike[str] | xr.Dataset) -> xr.Dataset:
    """A forecast that carries its scenario: a dataset as it is, or what :func:`read_result` reads; else InputError."""
    if isinstance(source, (str, os.PathLike)):
        result, what = read_result(source), os.fspath(source)
    else:
        result, what = source, "the dataset"
    if not {"scenario", "title", "sha256", "seed", "trajectories"} <= result.attrs.keys() or "quantile" not in result:
        raise InputError(f"{what} is no result of burncast run: it carries no scenario")
    return result


def saved_scenario(result: xr.Dataset, beside: Iterable[Path] = ()) -> Scenario:
    """The scenario whose text a result carries; files that it reads are looked for in the folders ``beside``.

    InputError where they are not there, or where it is not the scenario that the result was computed from any more.
    """
    from burncast.engine.scenario import load

    text, title = str(result.attrs["scenario"]), str(result.attrs["title"])
    with tempfile.TemporaryDirectory() as folder:
        for name in _files(text):
            known = next((place / name for place in beside if (place / name).is_file()), None)
            if known is None:
                raise InputError(f"the saved scenario reads {name!r}, which is neither beside the results nor here")
            target = Path(folder) / name
            if not target.resolve().is_relative_to(Path(folder).resolve()):
                raise InputError(f"the saved scenario reads {name!r}, which lies outside its folder")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(known, target)
        stem = title if re.fullmatch(r"[\w .()-]{1,80}", title) else "scenario"
        file = Path(folder) / f"{stem}.toml"
        file.write_text(text, encoding="utf-8")
        try:
            scenario = load(file)
        except ScenarioError as error:
            message = error.problems[0].message
            raise InputError(f"the saved scenario cannot be read by this version: {message}") from None
    if scenario.sha256 != str(result.attrs["sha256"]):
        raise InputError("the files that the saved scenario reads are not those that the results were computed from")
    return scenario


def _files(text: str) -> list[str]:
    """The files that a scenario reads: those of which it tells a digest, and the particles of a posterior."""
    posterior = tomllib.loads(text).get("posterior", {})
    return [*_DIGEST.findall(text), *([str(posterior["particles"])] if "particles" in posterior else [])]
