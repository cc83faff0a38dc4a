"""The layout holds: imports point one way, every folder is packaged, every module says what it is."""

from __future__ import annotations

import ast
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
            found |= {f"{module}.{alias.name}" for alias in node.names} if module == "burncast" else {module}
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


def test_the_direction_test_would_notice():
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
