"""``burncast export``: what it writes, what it refuses, and that the old file stays whatever goes wrong."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import xarray as xr
from exported import as_nobody, fill, forecast, small_disk, variants
from typer.testing import CliRunner

import burncast
from burncast.cli import app
from burncast.distributions.errors import InputError
from burncast.outputs.files.store import encode_dataset, read_dataset

TOML = """
[scenario]
title = "Known"
start = "2024-01"
periods = 8
currency = "USD"
[inputs]
burn = "normal(mean=1, sd=0.3)"
[stocks]
cash = { start = 6.5, next = "cash - burn", unit = "USD" }
[ruin]
when = "cash < 0"
need = "-cash"
[variants.lean]
inputs.burn = "normal(mean=0.5, sd=0.1)"
"""
NEEDS = {"parquet": "pyarrow", "zarr": "zarr", "xlsx": "xlsxwriter"}
FORMATS = ("csv", "json", "netcdf", "parquet", "zarr", "xlsx")
ENDINGS = {"netcdf": "nc"}


def skip_without(kind):
    if kind in NEEDS:
        pytest.importorskip(NEEDS[kind], reason=f"{NEEDS[kind]} (extra {kind}) is not installed")


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def content(path):
    """Everything in a file, or in every file of a folder."""
    if path.is_dir():
        return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}
    return path.read_bytes()


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A folder that ``burncast run --out`` wrote, with variants."""
    folder = tmp_path_factory.mktemp("written")
    (folder / "known.toml").write_text(TOML, encoding="utf-8")
    done = invoke("run", folder / "known.toml", "--variants", "-n", 256, "--out", folder / "results")
    assert done.exit_code == 0, done.output
    return folder / "results"


@pytest.fixture
def reachable_folder():
    """A folder that every user reaches, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_saved_result_gives_the_file_that_python_gives(kind, results, tmp_path):
    skip_without(kind)
    out, mine = tmp_path / f"out.{ENDINGS.get(kind, kind)}", tmp_path / f"mine.{ENDINGS.get(kind, kind)}"
    done = invoke("export", results, "--to", kind, "-o", out)
    assert (done.exit_code, done.stdout) == (0, ""), done.output
    burncast.export(read_dataset(results / "dataset.nc"), mine)
    assert content(out) == content(mine)
    again = invoke("export", results, "-o", out)
    assert again.exit_code == 2
    assert f"{out} is there already; --force" in again.stderr
    assert invoke("export", results, "-o", out, "--force").exit_code == 0
    assert content(out) == content(mine)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([out.name, mine.name])


def test_json_has_the_figures_of_the_run(results, tmp_path):
    run = json.loads((results / "summary.json").read_text(encoding="utf-8"))
    assert invoke("export", results, "-o", tmp_path / "x.json").exit_code == 0
    exported = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    file = {"file": next(iter(run["variants"].values()))["file"]}
    assert {name: figures | file for name, figures in exported["variants"].items()} == run["variants"]
    assert exported["created_by"] == run["created_by"]


def test_without_a_name_the_file_stands_beside_the_results(results):
    done = invoke("export", results, "--to", "json")
    assert (done.exit_code, done.stderr) == (0, f"burncast: {results}.json is written\n")
    assert invoke("export", results / "dataset.nc", "--to", "csv").exit_code == 0
    assert (results / "dataset.csv").read_text(encoding="utf-8").startswith("variant,period,date,quantity,")
    for path in (results.parent / "results.json", results / "dataset.csv"):
        path.unlink()


def test_one_variant_and_one_quantity_alone(tmp_path):
    burncast.export(variants(), tmp_path / "x.nc", variant="@war", quantities="cash")
    read = read_dataset(tmp_path / "x.nc")
    assert "variant" not in read.dims
    assert not {"users", "users_mean", "users_sd", "paths_users"} & set(read.data_vars)
    assert read.sizes["period"] == 5
    xr.testing.assert_equal(read["cash"], variants()["cash"].sel(variant="@war", drop=True)[:5])


@pytest.mark.parametrize("kind", FORMATS)
def test_every_file_carries_digest_seed_and_version(kind, tmp_path):
    skip_without(kind)
    path = tmp_path / f"x.{ENDINGS.get(kind, kind)}"
    burncast.export(forecast(), path)
    found = content(path)
    if kind == "xlsx":
        import zipfile

        with zipfile.ZipFile(path) as file:
            found = b"".join(file.read(name) for name in file.namelist())
    elif kind == "zarr":
        found = b"".join(found.values())
    for carried in ("0" * 64, str(2**63 + 7), "0.1.0"):
        assert carried.encode() in found


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_the_same_simulation_gives_the_same_bytes(kind, results, tmp_path):
    skip_without(kind)
    for name, threads in (("one", 1), ("two", 2)):
        result = burncast.simulate(results.parent / "known.toml", 256, variants=True, threads=threads)
        burncast.export(result, tmp_path / f"{name}.{kind}")
    assert content(tmp_path / f"one.{kind}") == content(tmp_path / f"two.{kind}")


def test_charts_of_a_run_carry_where_they_come_from(results):
    sha256 = read_dataset(results / "dataset.nc").attrs["sha256"]
    for name in ("ruin_curve.svg", "ruin_curve.png", "fan_chart.svg", "fan_chart.png"):
        told = f"sha256 {sha256}; seed 0; trajectories 256; method random; stream_version"
        assert told.encode() in (results / name).read_bytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": "x.xls"}, r"the ending of .*x\.xls is that of no format; expected one of \.xlsx, \.csv"),
        ({"to": "exel"}, "--to exel is no format; expected xlsx, csv, .*, sip$"),
        ({"quantities": ["cahs"]}, "the result has no tracked quantity 'cahs'; .*did you mean 'cash'"),
        ({"variant": "lean"}, "the result has no variants"),
        ({"period": 3}, "period is for --to sip"),
        ({"arrays": True}, "arrays is for --to sip"),
    ],
)
def test_mistakes_are_named(options, message, tmp_path):
    path = tmp_path / options.pop("path", "x.csv")
    with pytest.raises(InputError, match=message):
        burncast.export(forecast(), path, **options)
    assert not path.exists()


def test_what_is_no_forecast_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"this is no forecast; expected what burncast\.simulate returns"):
        burncast.export(xr.Dataset({"x": 1}), tmp_path / "x.csv")
    (tmp_path / "dataset.nc").write_bytes(encode_dataset(xr.Dataset({"x": ("y", [1.0])})))
    done = invoke("export", tmp_path, "-o", tmp_path / "x.csv")
    assert (done.exit_code, f"{tmp_path / 'dataset.nc'} is no result of burncast" in done.stderr) == (2, True)
    for other in (xr.Dataset({"x": 1}), {"x": 1}):
        with pytest.raises(InputError, match="this is no forecast"):
            burncast.export(other, tmp_path / "x.SIPmath")
    scenario = {
        "scenario": {"periods": 1},
        "inputs": {"x": "normal(0, 1)"},
        "stocks": {"cash": {"start": "x", "next": "cash"}},
        "ruin": {"when": "cash < 0"},
    }
    tornado = burncast.sensitivity(scenario, "ruin_probability", "tornado", trajectories=256)
    (tmp_path / "tornado.nc").write_bytes(encode_dataset(tornado))
    assert burncast.read_result(tmp_path / "tornado.nc").attrs["method"] == "tornado"
    done = invoke("export", tmp_path / "tornado.nc", "-o", tmp_path / "x.csv")
    assert (done.exit_code, f"{tmp_path / 'tornado.nc'} holds a tornado, not a forecast" in done.stderr) == (2, True)
    done = invoke("export", tmp_path)
    assert (done.exit_code, "expected --to xlsx|csv|" in done.stderr) == (2, True)


def test_a_result_that_was_cut_short_is_named(tmp_path):
    """Wherever it was cut, but for the last bytes, of which up to three only fill up a word of four."""
    whole, cut = encode_dataset(forecast()), tmp_path / "cut.nc"
    for length in [*range(0, len(whole) - 3, 97), len(whole) - 4]:
        cut.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"cut\.nc is no result of burncast, or was cut short"):
            burncast.read_result(cut)


@pytest.mark.parametrize("kind", sorted(NEEDS))
def test_a_missing_library_is_named_with_what_to_install(kind, tmp_path, monkeypatch):
    extra = "excel" if kind == "xlsx" else kind
    monkeypatch.setitem(sys.modules, NEEDS[kind], None)
    monkeypatch.setitem(sys.modules, "zarr.storage", None)
    with pytest.raises(
        InputError, match=rf"needs {NEEDS[kind]}, which is not installed.*pip install 'burncast\[{extra}\]'"
    ):
        burncast.export(forecast(), tmp_path / f"x.{kind}")
    assert not list(tmp_path.iterdir())


def test_only_another_store_is_replaced_by_a_store(tmp_path):
    skip_without("zarr")
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "novel.txt").write_text("mine")
    with pytest.raises(InputError, match=r"will not replace .*documents: it is no zarr store"):
        burncast.export(forecast(), documents, "zarr", force=True)
    with pytest.raises(InputError, match="it is a folder"):
        burncast.export(forecast(), documents, "csv", force=True)
    assert content(documents) == {"novel.txt": b"mine"}


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with names are POSIX's")
def test_what_is_no_file_is_not_replaced_by_one(tmp_path):
    pipe, link = tmp_path / "pipe", tmp_path / "link.csv"
    os.mkfifo(pipe)
    link.symlink_to(os.devnull)
    for place in (pipe, link):
        with pytest.raises(InputError, match=f"cannot write {place}: it is a device or a pipe"):
            burncast.export(forecast(), place, "csv", force=True)
    assert pipe.is_fifo()
    assert link.is_symlink()


def test_a_name_that_is_too_long_is_named(tmp_path):
    for kind in ("csv", "zarr"):
        with pytest.raises(InputError, match=r"cannot write .*aaaa.*: File name too long"):
            burncast.export(forecast(), tmp_path / f"{'a' * 300}.{kind}")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_full_disk_leaves_the_old_file(kind, tmp_path):
    skip_without(kind)
    with small_disk(tmp_path / "disk") as disk:
        out = disk / f"x.{ENDINGS.get(kind, kind)}"
        burncast.export(forecast(), out)
        before = content(out)
        fill(disk)
        with pytest.raises(InputError, match=f"cannot write {out}: No space left on device"):
            burncast.export(forecast(count=50), out, force=True)
        assert content(out) == before
        assert sorted(path.name for path in disk.iterdir()) == ["filler", out.name]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files are POSIX's")
def test_a_file_that_grows_too_large_leaves_the_old_one(results, tmp_path):
    out = tmp_path / "x.csv"
    arguments = ["export", results, "-o", out, "--force"]
    assert invoke(*arguments).exit_code == 0
    before = content(out)
    done = subprocess.run(
        [sys.executable, "-m", "burncast", *map(str, arguments)],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400)),
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"cannot write {out}: File too large" in done.stderr
    assert content(out) == before
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_folder_that_cannot_be_written_is_named(kind, reachable_folder):
    skip_without(kind)
    out = reachable_folder / f"x.{ENDINGS.get(kind, kind)}"
    burncast.export(forecast(), out)
    before = content(out)
    reachable_folder.chmod(0o555)
    refused = pytest.raises(InputError, match=r"no permission to write in|Permission denied")
    with as_nobody(), refused:
        burncast.export(forecast(), out, force=True)
    with as_nobody(), refused:
        burncast.export(forecast(), reachable_folder / "new" / out.name)
    assert content(out) == before
    assert [path.name for path in reachable_folder.iterdir()] == [out.name]


def test_a_folder_that_cannot_even_be_looked_into_is_named(tmp_path):
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o000)
    for kind in ("csv", "zarr"):
        with as_nobody(), pytest.raises(InputError, match=r"cannot write .*Permission denied"):
            burncast.export(forecast(), hidden / f"x.{kind}")
