"""Compiled code is kept where an edit to any kernel, or to what it imports, leaves it behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from burncast import engine
from burncast.engine.numerics import kernel_cache, kernels
from burncast.engine.numerics.native import Native

QUESTION = "from burncast.engine.numerics import kernel_cache as c; print(c.cache_directory())"


def answer(**environment):
    result = subprocess.run(
        [sys.executable, "-c", QUESTION], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return Path(result.stdout.strip())


def sources(folder, **texts):
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return [path.relative_to(folder).as_posix() for path in kernel_cache._kernel_sources(folder)]


def test_the_sources_are_the_kernels_and_what_they_import(tmp_path):
    names = sources(
        tmp_path,
        numerics__kernel_cache="",
        numerics__table="X = 1",
        numerics__lanes="import burncast.engine.top",
        top="",
        loops__kernels="from burncast.engine.numerics.kernel_cache import kernel\n"
        "from burncast.engine.numerics.table import X\n"
        "from burncast.engine.numerics import (\n    elsewhere,\n    lanes,\n)",
        loops__table="X = 2",
        bystander="from burncast.engine.loops.kernels import f",
    )
    assert names == [
        "loops/kernels.py",
        "numerics/kernel_cache.py",
        "numerics/lanes.py",
        "numerics/table.py",
        "top.py",
    ]


def test_every_kernel_and_its_coefficients_take_part():
    folder = Path(engine.__file__).parent
    names = {path.relative_to(folder).as_posix() for path in kernel_cache._kernel_sources(folder)}
    assert {"streams.py", "draws/philox.py"} <= names
    assert {f"numerics/{name}.py" for name in ("coefficients", "elementary", "intrinsics", "lanes")} <= names
    for module in {one.module for one in vars(kernels).values() if isinstance(one, Native)}:
        assert module.removeprefix("burncast.engine.").replace(".", "/") + ".py" in names


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
    question = "import numba; from burncast.engine.numerics import elementary; print(repr(numba.config.CACHE_DIR))"
    environment = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    result = subprocess.run(
        [sys.executable, "-c", question], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "''"
