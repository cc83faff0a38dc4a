"""The layout holds: imports point one way, every folder is packaged, every module says what it is."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("distributions", "engine", "calibration", "outputs")
MAY_IMPORT = {
    "distributions": {"distributions"},
    "engine": {"distributions", "engine"},
    "calibration": {"distributions", "engine", "calibration"},
    "outputs": {"distributions", "engine", "outputs"},
    "examples": set(),
}
ENGINE: dict[str, set[str]] = {
    "models": set(),
    "numerics": set(),
    "draws": {"numerics"},
    "streams": {"numerics", "draws"},
    "language": {"draws"},
    "documents": {"language"},
    "statistics": {"numerics", "draws"},
    "tally": {"numerics", "statistics"},
    "program": {"draws"},
    "instructions": {"numerics", "draws", "streams", "program"},
    "machine": {"numerics", "streams", "statistics", "program", "instructions"},
    "reference": {"numerics", "draws", "program", "instructions"},
    "reading": {"draws", "language", "documents", "program"},
    "inputs": {"language", "documents", "program", "reading"},
    "graph": {"draws", "program", "instructions"},
    "dependence": {"language", "graph"},
    "lowering": {"language", "instructions", "graph", "dependence"},
    "scenario": {"language", "documents", "reading", "lowering"},
    "compiler": {"language", "program", "instructions", "graph", "lowering"},
    "remembered": {"numerics", "language", "documents", "program", "scenario", "compiler"},
    "trajectories": {
        "numerics",
        "draws",
        "streams",
        "language",
        "statistics",
        "program",
        "instructions",
        "reference",
        "reading",
        "compiler",
    },
    "simulate": {
        "numerics",
        "draws",
        "language",
        "statistics",
        "tally",
        "program",
        "instructions",
        "compiler",
        "trajectories",
    },
    "normal_space": {
        "numerics",
        "draws",
        "streams",
        "statistics",
        "program",
        "instructions",
        "trajectories",
        "simulate",
    },
    "conditioning": {"numerics", "draws", "program", "instructions", "reading", "normal_space"},
    "questions": {
        "numerics",
        "language",
        "statistics",
        "program",
        "reading",
        "inputs",
        "compiler",
        "trajectories",
        "simulate",
        "normal_space",
        "conditioning",
    },
    "what_if": {
        "numerics",
        "draws",
        "language",
        "statistics",
        "tally",
        "program",
        "instructions",
        "inputs",
        "graph",
        "compiler",
        "trajectories",
        "simulate",
    },
}
"""The parts of the engine, packages and modules at its top, and which of the parts before them they may import."""
SHIPPED = (*FOLDERS, "examples", "burncast")
MODULES = sorted(
    path
    for folder in SHIPPED
    for path in (ROOT / folder).rglob("*.py")
    if not any((ROOT / parent).is_symlink() for parent in path.relative_to(ROOT).parents)
    and path.parent != ROOT / "examples" / "calibration"
)
SCRIPTS = sorted((ROOT / "examples" / "calibration").glob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported_names(path: Path) -> set[str]:
    """Everything a module imports, wherever in it: absolute names, relative ones marked by a leading dot."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found |= (
                {f"{module}.{alias.name}" for alias in node.names}
                if module in ("burncast", "burncast.engine")
                else {module}
            )
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_are_absolute_and_point_one_way(path):
    folder = path.relative_to(ROOT).parts[0]
    for name in imported_names(path):
        assert not name.startswith("."), f"relative import {name}"
        first, *rest = name.split(".")
        assert first not in FOLDERS, f"{name} is imported past the package burncast"
        if first == "burncast" and folder != "burncast":
            assert rest, "only the façade knows itself"
            assert rest[0] in MAY_IMPORT[folder], f"{folder} must not import {name}"


def parts_imported(path: Path) -> set[str]:
    """The parts of the engine that a module imports, wherever in it: inside functions and for types as well."""
    return {name.split(".")[2] for name in imported_names(path) if name.startswith("burncast.engine.")}


def test_no_part_of_the_engine_may_import_one_that_comes_later():
    """So the table has no cycles."""
    earlier: set[str] = set()
    for part, allowed in ENGINE.items():
        assert allowed <= earlier, f"{part} may import {', '.join(sorted(allowed - earlier))}, which comes later"
        earlier.add(part)


def test_the_parts_of_the_engine_are_its_folders_and_the_modules_at_its_top():
    paths = [path.relative_to(ROOT / "engine") for path in MODULES if path.is_relative_to(ROOT / "engine")]
    assert {path.with_suffix("").parts[0] for path in paths} - {"__init__"} == ENGINE.keys()
    assert {len(path.parts) for path in paths} == {1, 2}


@pytest.mark.parametrize("path", [path for path in MODULES if path.is_relative_to(ROOT / "engine")], ids=name_of)
def test_imports_within_the_engine_point_one_way(path):
    part = path.relative_to(ROOT / "engine").with_suffix("").parts[0]
    if part == "__init__":
        assert not imported_names(path), "importing the engine must load nothing"
        return
    for other in parts_imported(path) - {part}:
        assert other in ENGINE[part], f"{part} must not import {other}"


@pytest.mark.parametrize("part", [part for part in ENGINE if (ROOT / "engine" / part).is_dir()])
def test_a_package_of_the_engine_says_what_it_may_import_and_loads_nothing(part):
    tree = ast.parse((ROOT / "engine" / part / "__init__.py").read_text(encoding="utf-8"))
    assert len(tree.body) == 1, "importing the package must load nothing"
    _, _, allowed = (ast.get_docstring(tree) or "").partition("may import")
    assert set(re.findall(r"``(\w+)``", allowed)) == ENGINE[part]


def test_the_direction_test_would_notice():
    assert parts_imported(ROOT / "engine" / "questions" / "rare_ruin.py") >= {"conditioning", "simulate"}
    assert "statistics" in parts_imported(ROOT / "outputs" / "results" / "standard_errors.py")
    assert "questions" not in ENGINE["simulate"]
    assert imported_names(ROOT / "outputs" / "results" / "estimates.py") >= {"burncast.engine.simulate"}
    assert "outputs" not in MAY_IMPORT["engine"]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_is_and_what_it_offers(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "no docstring"
    if path.name == "__init__.py" and len(tree.body) == 1:
        return
    assigned = [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert "__all__" in assigned, "no __all__"


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_scripts_for_calibration_use_what_users_have(path):
    """They are programs to copy and change, not modules: public names of burncast, what it depends on, a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), "no docstring"
    for name in imported_names(path):
        assert not name.startswith("burncast.") or name.startswith("burncast.calibration."), f"{name} is not public"


def test_every_folder_with_modules_is_packaged_and_has_its_symlink():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {path.parent.relative_to(ROOT).as_posix() for path in MODULES}
    assert {settings["package-dir"][package] for package in settings["packages"]} == folders
    assert sorted(settings["packages"]) == sorted(settings["package-dir"])
    for package, folder in settings["package-dir"].items():
        parts = package.split(".")
        assert parts[0] == "burncast"
        assert folder in ("/".join(parts), "/".join(parts[1:]))
        assert (ROOT / folder / "__init__.py").is_file(), f"{folder} has no __init__.py"


@pytest.mark.parametrize("folder", [*FOLDERS, "examples"])
def test_symlinks_resolve_to_the_folders(folder):
    link = ROOT / "burncast" / folder
    assert link.is_symlink()
    assert str(link.readlink()) == f"../{folder}"
    assert link.resolve() == ROOT / folder
