"""The verb ``export``, and SIPmath libraries: results for other tools and back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import InputError, LawError, nearest_name
from burncast.saved_results import read_result
from burncast.terminal import say

if TYPE_CHECKING:
    import xarray as xr

    from burncast.distributions.sip_library import SipLibrary

__all__ = ["FORMATS", "export", "export_results", "read_sip_library", "write_sip_library"]


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
    quantities: str | Sequence[str] = (),
    period: int | None = None,
    *,
    variant: str | None = None,
    arrays: bool = False,
    tolerance: float = 0.01,
    entity: int = 1,
    force: bool = False,
) -> tuple[str, ...]:
    """Write tracked ``quantities`` (all) of a result at ``period`` (the last) as a SIPmath 3.0 library.

    Each is a metalog law at most ``tolerance`` in probability from the kept paths or the saved quantiles, or with
    ``arrays`` its kept paths. ``entity`` is the first seed of the trials, for those who share libraries.
    InputError where that cannot be; a file that is there is replaced only with ``force``. Where no quantities are
    named, those to which no such law is near are left out; their names are returned.
    """
    from burncast.outputs.files.sip_library import sip_library
    from burncast.outputs.files.store import encode_json, write_file
    from burncast.outputs.results.provenance import check_forecast, one_variant

    check_forecast(result)
    one, named = one_variant(result, variant), [quantities] if isinstance(quantities, str) else quantities
    library, left_out = sip_library(one, named, period, arrays=arrays, tolerance=tolerance, entity=entity)
    write_file(Path(path), encode_json(library), force)
    return left_out


@dataclass(frozen=True, slots=True)
class _Format:
    """What ``--to`` may be: a usual ending, other endings that mean it, and whether it is a folder."""

    ending: str
    endings: tuple[str, ...] = ()
    is_folder: bool = False


FORMATS: dict[str, _Format] = {
    "xlsx": _Format(".xlsx"),
    "csv": _Format(".csv"),
    "parquet": _Format(".parquet", (".pq",)),
    "json": _Format(".json"),
    "netcdf": _Format(".nc", (".cdf",)),
    "zarr": _Format(".zarr", is_folder=True),
    "sip": _Format(".SIPmath", (".sip",)),
}
"""What a result can be written as, by name."""

_OF_SIP = {"period": None, "arrays": False, "tolerance": 0.01}


def export(
    result: xr.Dataset,
    path: str | os.PathLike[str],
    to: str | None = None,
    *,
    quantities: str | Sequence[str] = (),
    variant: str | None = None,
    force: bool = False,
    period: int | None = None,
    arrays: bool = False,
    tolerance: float = 0.01,
) -> None:
    """Write what :func:`burncast.simulate` returned as a file that other tools open.

    Parameters
    ----------
    result
        A forecast, with its variants or without.
    path
        The file to write (with zarr, the folder), whole or not at all.
    to
        ``xlsx``, ``csv``, ``parquet``, ``json``, ``netcdf``, ``zarr`` or ``sip``; by the ending of ``path`` where None.
    quantities
        The tracked quantities that it holds besides ruin, or the only one; all where empty.
    variant
        One variant alone. Where None a SIPmath library holds the first, everything else all of them.
    force
        Replace a file that is there. A folder is replaced only where it is a zarr store.
    period, arrays, tolerance
        Of a SIPmath library, as in :func:`burncast.write_sip_library`.

    The guide's page on files says what each format holds. Raises InputError for what the caller can mend: an unknown
    format, quantity or variant, a library that is not installed, a file that is there, a folder that cannot be written,
    a full disk.
    """
    from burncast.outputs.files.store import check_file, check_store, write_file, write_store
    from burncast.outputs.results.provenance import check_forecast, one_variant
    from burncast.outputs.results.variables import only

    place = Path(path)
    name = format_of(to, place)
    (check_store if FORMATS[name].is_folder else check_file)(place, force)
    of_sip = {"period": period, "arrays": arrays, "tolerance": tolerance}
    if name == "sip":
        write_sip_library(
            result, place, quantities, period, variant=variant, arrays=arrays, tolerance=tolerance, force=force
        )
        return
    wrong = next((key for key, value in of_sip.items() if value != _OF_SIP[key]), None)
    if wrong is not None:
        raise InputError(f"{wrong} is for --to sip; {name} holds everything that the result has")
    check_forecast(result)
    named = [quantities] if isinstance(quantities, str) else quantities
    chosen = only(result if variant is None else one_variant(result, variant), named)
    if name == "zarr":
        from burncast.outputs.files.zarr_store import encode_zarr

        write_store(place, encode_zarr(chosen), force)
    else:
        write_file(place, _encode(chosen, name), force)


def export_results(
    results: Path, to: str | None, out: Path | None, quantities: Sequence[str], force: bool, **options: Any
) -> None:
    """Everything that ``burncast export`` does: ``results`` is a folder of ``burncast run --out``, or its dataset."""
    from burncast.outputs.results.result_parts import kind_of

    if out is None and to is None:
        raise InputError(f"what to write is not said; expected --to {'|'.join(FORMATS)}, or -o with an ending")
    name = format_of(to, out)
    place = _beside(results, FORMATS[name].ending) if out is None else out
    result = read_result(results)
    if (kind := kind_of(result)) != "a forecast":
        raise InputError(f"{results} holds {kind}, not a forecast; expected a folder that burncast run --out wrote")
    if name == "sip":
        left_out = write_sip_library(result, place, quantities, force=force, **options)
        if left_out:
            say(f"left out, for no metalog law is near: {', '.join(left_out)}; a larger --tolerance takes them in")
    else:
        export(result, place, name, quantities=quantities, force=force, **options)
    say(f"{place} is written")


def format_of(to: str | None, path: Path | None) -> str:
    """The format that is asked for by name, or by the ending of the path; InputError where it is none."""
    if to is not None:
        if to in FORMATS:
            return to
        nearest = nearest_name(to, FORMATS)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        raise InputError(f"--to {to} is no format; expected {', '.join(FORMATS)}{hint}")
    ending = "" if path is None else path.suffix.lower()
    for name, known in FORMATS.items():
        if ending in (known.ending.lower(), *known.endings):
            return name
    endings = ", ".join(known.ending for known in FORMATS.values())
    raise InputError(f"the ending of {path} is that of no format; expected one of {endings}, or --to")


def _beside(results: Path, ending: str) -> Path:
    """The file that holds a result where no other is named: called as its folder, or as its dataset."""
    whole = results.resolve() if results.name in ("", "..") else results
    return whole.parent / f"{whole.name}{ending}" if whole.is_dir() else whole.with_suffix(ending)


def _encode(result: xr.Dataset, name: str) -> bytes:
    """The content of the file, of a format that is one file and no SIPmath library."""
    if name == "xlsx":
        from burncast.outputs.files.workbook import encode_workbook

        return encode_workbook(result)
    if name == "csv":
        from burncast.outputs.files.csv_file import encode_csv

        return encode_csv(result)
    if name == "parquet":
        from burncast.outputs.files.parquet_file import encode_parquet

        return encode_parquet(result)
    from burncast.outputs.files.store import encode_dataset, encode_json

    if name == "json":
        from burncast.outputs.results.result_summary import plain_summary

        return encode_json(plain_summary(result))
    return encode_dataset(result)
