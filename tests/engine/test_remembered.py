"""What was worked out before is taken again exactly as long as everything it follows from is the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from burncast.distributions.errors import ScenarioError
from burncast.engine import remembered
from burncast.engine.compiler import compile_scenario
from burncast.engine.numerics.kernel_cache import cache_directory, source_hash
from burncast.engine.scenario import load

BASE = """\
[scenario]
periods = 3
start = "2023-06"
[inputs]
size = "1 to 2"
known = 'series("known.csv", "amount")'
[formulas]
cost = "size * known"
[stocks]
cash = { start = 9, next = "cash - cost" }
[ruin]
when = "cash < 0"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "kept").mkdir()
    monkeypatch.setattr(remembered, "cache_directory", lambda: tmp_path / "kept")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "known.csv").write_text("date,amount\n2023-06,1\n2023-07,2\n2023-08,3\n")
    (tmp_path / "base.toml").write_text(BASE)
    (tmp_path / "mine.toml").write_text('[scenario]\nextends = "base.toml"\n[variants.dear]\ninputs.size = 3\n')
    return tmp_path


def asked_again(monkeypatch, source="mine.toml"):
    """The scenario, and what had to be read for it."""
    asked = []
    monkeypatch.setattr("burncast.engine.scenario.load", lambda name: asked.append(name) or load(name))
    return remembered.remembered_scenario(source), asked


@pytest.mark.usefixtures("folder")
def test_the_second_time_nothing_is_read_and_all_is_equal(monkeypatch):
    first, asked = asked_again(monkeypatch)
    assert asked == ["mine.toml"]
    second, asked = asked_again(monkeypatch)
    assert asked == []
    assert second == first == load("mine.toml")
    assert second.variants["dear"] == first.variants["dear"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mine.toml", '[scenario]\nextends = "base.toml"\n'),
        ("base.toml", BASE.replace("1 to 2", "1 to 3")),
        ("known.csv", "date,amount\n2023-06,1\n2023-07,2\n2023-08,4\n"),
    ],
)
def test_a_change_in_any_file_is_seen(folder, monkeypatch, name, text):
    before = remembered.remembered_scenario("mine.toml")
    (folder / name).write_text(text)
    after, asked = asked_again(monkeypatch)
    assert asked == ["mine.toml"]
    assert after == load("mine.toml") != before


def test_a_file_in_the_place_of_a_packaged_scenario_is_seen(folder, monkeypatch):
    (folder / "mine.toml").write_text('[scenario]\nextends = "chatgpt-2023"\n')
    remembered.remembered_scenario("mine.toml")
    (folder / "chatgpt-2023").write_text(BASE)
    after, asked = asked_again(monkeypatch)
    assert asked
    assert after.periods == 3


def test_a_file_that_is_gone_or_broken_is_an_error_again(folder):
    remembered.remembered_scenario("mine.toml")
    (folder / "base.toml").write_text(BASE.replace("size * known", "sise * known"))
    with pytest.raises(ScenarioError, match="sise"):
        remembered.remembered_scenario("mine.toml")
    (folder / "base.toml").unlink()
    with pytest.raises(ScenarioError, match="no such file"):
        remembered.remembered_scenario("mine.toml")


@pytest.mark.usefixtures("folder")
def test_other_sources_of_the_package_remember_nothing(monkeypatch):
    remembered.remembered_scenario("mine.toml")
    monkeypatch.setattr(remembered, "_code", lambda: "edited")
    assert asked_again(monkeypatch)[1] == ["mine.toml"]


def test_the_sources_of_all_folders_count():
    for name in ("streams.py", "numerics/coefficients.py", "lowering/scope.py", "families.py"):
        assert f"{name!r}, " in remembered._code()


def test_a_damaged_memory_is_none(folder, monkeypatch):
    remembered.remembered_scenario("mine.toml")
    for path in (folder / "kept").iterdir():
        path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    assert asked_again(monkeypatch)[1] == ["mine.toml"]


@pytest.mark.usefixtures("folder")
def test_programs_are_those_of_the_compiler():
    scenario = load("mine.toml")
    for each in (scenario, *scenario.variants.values()):
        for _ in range(2):
            program, expected = remembered.remembered_program(each), compile_scenario(each)
            for name in ("setup", "odd", "even", "scalars", "tables", "table_index", "shocks", "draws"):
                np.testing.assert_array_equal(getattr(program, name), getattr(expected, name))
            assert (program.tracked, program.notes, program.rows) == (expected.tracked, expected.notes, expected.rows)


def test_no_more_is_kept_than_a_few(folder, monkeypatch):
    monkeypatch.setattr(remembered, "_MOST_KEPT", 2)
    for number in range(4):
        (folder / f"{number}.toml").write_text(BASE)
        remembered.remembered_scenario(f"{number}.toml")
    assert len(list((folder / "kept").iterdir())) == 2


def test_what_another_process_removes_meanwhile_is_no_mistake(folder, monkeypatch):
    monkeypatch.setattr(remembered, "_MOST_KEPT", 1)
    gone = folder / "kept" / "gone.pickle"
    gone.symlink_to(folder / "kept" / "removed")  # listed, and nothing when it is looked at
    remembered.remembered_scenario("mine.toml")
    assert [path.name.partition("-")[0] for path in (folder / "kept").glob("*.pickle")] == ["scenario"]


def test_a_command_that_remembers_prints_the_same_without_the_language_and_its_laws(folder):
    question = (
        "import sys; from burncast.cli import app\n"
        'try: app(["run", "mine.toml", "-n", "1000", "--json"])\n'
        'finally: sys.stderr.write(str([n for n in ("numba", "scipy.special") if n in sys.modules]))'
    )
    kernels = folder / "cache" / f"burncast-{source_hash()}"  # as they are, so that only what is remembered is new
    kernels.mkdir(parents=True)
    for kernel in cache_directory().glob("*.o"):
        shutil.copy(kernel, kernels)
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache")}
    runs = [
        subprocess.run([sys.executable, "-c", question], env=environment, capture_output=True, text=True, check=False)
        for _ in range(2)
    ]
    assert [run.returncode for run in runs] == [0, 0]
    assert runs[1].stderr == "[]"
    first, second = (json.loads(run.stdout) for run in runs)
    for changing in ("seconds", "trajectories_per_second"):
        first.pop(changing), second.pop(changing)
    assert first == second
    assert Path(first["file"]).name == "mine.toml"
