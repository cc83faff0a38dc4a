import errno
import json
import os
import stat

import numpy as np
import pytest
import xarray as xr
from exported import as_nobody, fill, small_disk
from known_simulation import falling_cash, known_simulation

from burncast.distributions.errors import InputError
from burncast.outputs.files import store
from burncast.outputs.files.store import (
    CREATED_BY,
    check_folder,
    encode_dataset,
    encode_json,
    read_dataset,
    write_files,
)
from burncast.outputs.results.dataset import stack, to_dataset

OWN = f"{CREATED_BY}: old".encode()
NEW = f"{CREATED_BY}: new".encode()


def dataset(**options):
    users = np.random.default_rng(3).uniform(1, 9, (30, 2, 7))
    return to_dataset(
        known_simulation(
            {"cash": falling_cash(30, 6), "users": users},
            dimensions={"product": ["free", "plüs"]},
            over={"users": ("product",)},
            kinds={"users": "formula"},
            units={"users": "hours"},
            keep=3,
            **options,
        )
    )


@pytest.mark.parametrize(
    "make", [dataset, lambda: stack({"base": dataset(), "b": dataset()}), lambda: dataset(start=None)]
)
def test_a_dataset_comes_back_as_it_was(make, tmp_path):
    before = make()
    (tmp_path / "dataset.nc").write_bytes(encode_dataset(before))
    after = read_dataset(tmp_path / "dataset.nc")
    xr.testing.assert_identical(before, after)
    for name in before.variables:
        if before[name].dtype.kind != "U":
            assert before[name].dtype == after[name].dtype, name
    assert after.attrs["seed"] == 2**63 + 7


def test_integers_that_netcdf_cannot_hold_are_refused_and_not_cut():
    with pytest.raises(ValueError, match="32-bit"):
        encode_dataset(xr.Dataset({"big": ("x", np.array([2**31]))}))


def test_json_has_no_words_that_are_not_json():
    assert json.loads(encode_json({"title": "π"})) == {"title": "π"}
    with pytest.raises(ValueError, match="JSON"):
        encode_json({"x": float("nan")})


def test_files_are_written_whole_and_with_usual_permissions(tmp_path):
    folder = tmp_path / "new" / "results"
    paths = write_files(folder, {"a": NEW, "b": NEW})
    assert [path.read_bytes() for path in paths] == [NEW, NEW]
    assert sorted(os.listdir(folder)) == ["a", "b"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o666 & ~mask


def test_own_files_are_replaced_and_own_leftovers_removed(tmp_path):
    (tmp_path / "a").write_bytes(OWN)
    (tmp_path / "b").write_bytes(OWN)
    (tmp_path / "unrelated").write_bytes(b"mine")
    write_files(tmp_path, {"a": NEW}, names=["a", "b"])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": NEW, "unrelated": b"mine"}


@pytest.mark.parametrize("leftover", [False, True])
def test_files_of_others_are_never_touched(tmp_path, leftover):
    (tmp_path / "summary.json").write_bytes(b'{"mine": 1}')
    contents = {"dataset.nc": NEW} if leftover else {"dataset.nc": NEW, "summary.json": NEW}
    with pytest.raises(InputError, match="did not make it"):
        write_files(tmp_path, contents, ["dataset.nc", "summary.json"])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"summary.json": b'{"mine": 1}'}


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(InputError, match="not a file"):
        check_folder(tmp_path, ["a"])
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match="cannot write into"):
            check_folder(folder, ["a"])


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EDQUOT, errno.EROFS])
@pytest.mark.parametrize("stage", ["_write_through", "replace"])
def test_when_writing_fails_the_old_result_stands_and_nothing_half_written_is_left(tmp_path, monkeypatch, code, stage):
    (tmp_path / "a").write_bytes(OWN)

    def fail(path, *_):
        if stage == "_write_through":
            path.write_bytes(b"half")
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(store if stage == "_write_through" else store.os, stage, fail)
    with pytest.raises(InputError, match=os.strerror(code)):
        write_files(tmp_path, {"a": NEW, "b": NEW})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": OWN}


def test_a_disk_that_is_really_full_leaves_the_old_result(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        write_files(disk, {"a": OWN, "b": OWN})
        fill(disk)
        with pytest.raises(InputError, match="No space left on device"):
            write_files(disk, {"a": NEW, "b": NEW + bytes(5000)})
        assert {path.name: path.read_bytes() for path in disk.iterdir() if path.name != "filler"} == {
            "a": OWN,
            "b": OWN,
        }


def test_a_kill_while_writing_leaves_the_old_result(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(OWN)

    def stop(path, content):
        path.write_bytes(content[:3])
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "_write_through", stop)
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path, {"a": NEW})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": OWN}


def test_an_unwritable_folder_is_refused_before_the_run(tmp_path):
    tmp_path.chmod(0o500)
    with as_nobody(), pytest.raises(InputError, match=r"[Pp]ermission"):
        check_folder(tmp_path / "below", ["a"])


def test_a_missing_permission_is_refused_before_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(store.os, "access", lambda *_: False)
    with pytest.raises(InputError, match="permission"):
        check_folder(tmp_path / "below", ["a"])
