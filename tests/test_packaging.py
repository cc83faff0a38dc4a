"""What is packaged: scenarios found by name are in the wheel and in the source archive, and all of them run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from scenario_files import write
from typer.testing import CliRunner

from burncast.cli import app
from burncast.engine.documents.packaged import packaged_scenarios
from burncast.engine.scenario import load

ROOT = Path(__file__).parents[1]
SHIPPED = ("burncast", "calibration", "distributions", "engine", "examples", "outputs")
FOLDERS = {"examples": "burncast/examples", "engine/models": "burncast/engine/models"}
"""Folders of packaged scenarios, and where a wheel has them."""
PACKAGED = {path: wheel for folder, wheel in FOLDERS.items() for path in (ROOT / folder).glob("*.toml")}
BUILD = "import sys; from setuptools import build_meta; build_meta.build_{}(sys.argv[1])"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with a wheel and a source archive, made from a copy of the tree."""
    copy, built = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("built")
    for folder in SHIPPED:
        shutil.copytree(ROOT / folder, copy / folder, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy)
    for kind in ("wheel", "sdist"):
        command = [sys.executable, "-c", BUILD.format(kind), str(built)]
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return built


def test_there_are_examples_and_models():
    assert {path.parent for path in PACKAGED} == {ROOT / folder for folder in FOLDERS}
    assert len({path.stem for path in PACKAGED}) == len(PACKAGED), "two packaged scenarios of one name"
    assert sorted(packaged_scenarios()) == sorted(path.stem for path in PACKAGED)


def test_the_wheel_holds_every_packaged_scenario(built):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
        for path, folder in PACKAGED.items():
            assert wheel.read(f"{folder}/{path.name}") == path.read_bytes()
    assert {name for name in names if name.endswith(".toml") and "/catalogues/" not in name} == {
        f"{folder}/{path.name}" for path, folder in PACKAGED.items()
    }
    assert "burncast/py.typed" in names


def test_the_wheel_holds_what_the_report_and_the_page_are_made_of(built):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    files = [
        *(ROOT / "outputs" / "words" / "catalogues").iterdir(),
        *(ROOT / "outputs" / "report" / "templates").iterdir(),
    ]
    files += [path for path in (ROOT / "outputs" / "page").rglob("*") if path.is_file()]
    assert names >= {f"burncast/{path.relative_to(ROOT).as_posix()}" for path in files}
    assert len(files) > 20


def test_the_wheel_holds_every_module(built):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if name.endswith(".py")}
    modules = {
        path.relative_to(ROOT).as_posix()
        for folder in SHIPPED
        for path in (ROOT / folder).rglob("*.py")
        if not any((ROOT / parent).is_symlink() for parent in path.relative_to(ROOT).parents)
        and path.parent != ROOT / "examples" / "calibration"
    }
    assert names == {name if name.startswith("burncast/") else f"burncast/{name}" for name in modules}


def test_the_source_archive_holds_every_packaged_scenario(built):
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names >= {path.relative_to(ROOT).as_posix() for path in PACKAGED}


@pytest.mark.parametrize("name", sorted(packaged_scenarios()))
def test_a_packaged_scenario_runs_and_is_extended_by_its_name(name, tmp_path):
    done = CliRunner().invoke(app, ["run", name, "-n", "256", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["title"] == load(name).title
    mine = load(write(tmp_path, f'[scenario]\nextends = "{name}"\ntitle = "Mine"\n'))
    assert (mine.title, mine.description) == ("Mine", None)
    assert mine.quantities.keys() == load(name).quantities.keys()
