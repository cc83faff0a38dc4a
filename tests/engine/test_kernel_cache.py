"""Compiled code is kept where an edit to any kernel, or to what it imports, leaves it behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from burncast.engine import kernel_cache

QUESTION = "from burncast.engine import kernel_cache as c; print(c.cache_directory())"


def answer(**environment):
    result = subprocess.run(
        [sys.executable, "-c", QUESTION], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return Path(result.stdout.strip())


def sources(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    return [path.name for path in kernel_cache._kernel_sources(folder)]


def test_the_sources_are_the_kernels_and_what_they_import(tmp_path):
    names = sources(
        tmp_path,
        kernel_cache="",
        table="X = 1",
        kernels="from burncast.engine.kernel_cache import kernel\nfrom burncast.engine.table import X",
        bystander="from burncast.engine.kernels import f",
    )
    assert names == ["kernel_cache.py", "kernels.py", "table.py"]


def test_coefficients_and_streams_take_part():
    names = {path.name for path in kernel_cache._kernel_sources(Path(kernel_cache.__file__).parent)}
    assert {"coefficients.py", "elementary.py", "intrinsics.py", "lanes.py", "philox.py", "streams.py"} <= names


def test_the_users_choice_of_folder_is_honoured(tmp_path):
    assert answer(NUMBA_CACHE_DIR=str(tmp_path)) == tmp_path / f"burncast-{kernel_cache.source_hash()}"
    assert answer(NUMBA_CACHE_DIR="", XDG_CACHE_HOME=str(tmp_path)).parent == tmp_path / "burncast"


def test_a_folder_that_cannot_be_written_is_replaced(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    folder = answer(NUMBA_CACHE_DIR=str(blocked))
    assert folder.is_dir()
    assert blocked not in folder.parents
    folder.rmdir()


def test_numbas_own_setting_is_left_alone():
    question = "import numba; from burncast.engine import elementary; print(repr(numba.config.CACHE_DIR))"
    environment = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    result = subprocess.run(
        [sys.executable, "-c", question], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "''"
