"""``burncast export``, and :func:`write_sip_library` and :func:`read_sip_library`: results for other tools and back."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import InputError, LawError, nearest_name
from burncast.terminal import say

if TYPE_CHECKING:
    import xarray as xr

    from burncast.distributions.sip_library import SipLibrary

__all__ = ["FORMATS", "export_results", "read_sip_library", "write_sip_library"]


def read_sip_library(path: str | os.PathLike[str]) -> SipLibrary:
    """A SIPmath 3.0 library: its SIPs' laws (``.sip(name).law``) and their own trials (``.trials(name, count)``).

    InputError where it cannot be read, or is none.
    """
    from burncast.distributions.sip_library import parse_sip_library

    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{os.fspath(path)} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InputError(f"{os.fspath(path)} is not UTF-8 text") from None
    try:
        return parse_sip_library(text)
    except LawError as error:
        raise InputError(f"{os.fspath(path)}: {error}") from None


def write_sip_library(
    result: xr.Dataset,
    path: str | os.PathLike[str],
    quantities: Sequence[str] = (),
    period: int | None = None,
    *,
    variant: str | None = None,
    arrays: bool = False,
    tolerance: float = 0.01,
    entity: int = 1,
) -> None:
    """Write tracked ``quantities`` (all) of a result at ``period`` (the last) as a SIPmath 3.0 library.

    Each is a metalog law at most ``tolerance`` in probability from the kept paths or the saved quantiles, or with
    ``arrays`` its kept paths. ``entity`` is the first seed of the trials, for those who share libraries.
    InputError where that cannot be; a file that is there is replaced only if burncast made it.
    """
    from burncast.outputs.sip_library import sip_library
    from burncast.outputs.store import encode_json, write_files

    one = _variant(result, variant)
    library = sip_library(one, quantities, period, arrays=arrays, tolerance=tolerance, entity=entity)
    place = Path(path)
    write_files(place.parent, {place.name: encode_json(library)})


FORMATS: dict[str, Callable[..., None]] = {"sip": write_sip_library}
"""What ``--to`` may be: each writes a result to a path."""


def export_results(
    results: Path, to: str, out: Path, quantities: Sequence[str], period: int | None, **options: Any
) -> None:
    """Everything that ``burncast export`` does: ``results`` is a folder of ``burncast run --out``, or its dataset."""
    from burncast.outputs.store import read_dataset

    if to not in FORMATS:
        nearest = nearest_name(to, FORMATS)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        raise InputError(f"--to {to} is no format; expected {', '.join(FORMATS)}{hint}")
    path = results / "dataset.nc" if results.is_dir() else results
    try:
        result = read_dataset(path)
    except FileNotFoundError:
        raise InputError(f"there is no {path}; expected a folder that burncast run --out wrote") from None
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{path} is no result of burncast: {str(error).splitlines()[0]}") from None
    FORMATS[to](result, out, quantities, period, **options)
    say(f"{out} is written")


def _variant(result: xr.Dataset, name: str | None) -> xr.Dataset:
    if "variant" not in result.dims:
        if name is not None:
            raise InputError("the result has no variants")
        return result
    known = [str(one) for one in result["variant"].values]
    chosen = known[0] if name is None else name
    if chosen not in known:
        nearest = nearest_name(chosen, known)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        raise InputError(f"there is no variant {chosen!r}; expected one of {', '.join(known)}{hint}")
    return result.sel(variant=chosen, drop=True)
