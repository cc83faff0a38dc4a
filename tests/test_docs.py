"""Scenarios in the documentation compile, its Python examples run, and the language page names everything there is."""

import doctest
import re
import tomllib
from pathlib import Path

import pytest
from markdown_blocks import Block, blocks

import burncast
from burncast.distributions.families import FAMILIES
from burncast.engine.compiler import compile_scenario
from burncast.engine.language.functions import FUNCTIONS, PROCESSES

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "guide"
PAGES = [ROOT / "README.md", *sorted(GUIDE.glob("*.md"))]
TOML = [block for page in PAGES for block in blocks(page, "toml")]
SCENARIOS = [block for block in TOML if block.code.lstrip().startswith("[scenario]")]


@pytest.mark.parametrize("block", TOML, ids=str)
def test_toml_is_toml(block: Block) -> None:
    tomllib.loads(block.code)


@pytest.mark.parametrize("block", SCENARIOS, ids=str)
def test_scenario_compiles(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text(block.code, encoding="utf-8")
    scenario = burncast.load(file)
    for variant in (scenario, *scenario.variants.values()):
        compile_scenario(variant)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page share their names and run in order, as a reader would run them."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        if ">>>" in block.code:
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
            test = doctest.DocTestParser().get_doctest(block.code, names, str(block), str(page), block.line - 1)
            report: list[str] = []
            runner.run(test, out=report.append, clear_globs=False)
            assert not report, "".join(report)
            names.update(test.globs)
        else:
            exec(compile("\n" * (block.line - 1) + block.code, str(page), "exec"), names)


@pytest.mark.parametrize("name", sorted({*FAMILIES, *FUNCTIONS, *PROCESSES}))
def test_language_page_names_everything(name: str) -> None:
    assert re.search(rf"`{name}[`(]", (GUIDE / "language.md").read_text(encoding="utf-8"))
