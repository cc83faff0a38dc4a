"""The notebooks of the documentation: run again, their cells say what the files say."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"
PAGES = sorted(FOLDER.glob("*.md"))
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


@pytest.fixture
def build(monkeypatch):
    spec = importlib.util.spec_from_file_location("notebook_build", FOLDER / "build.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_notebook_is_what_its_page_says_and_its_cells_say_it_again(build, page):
    file = page.with_suffix(".ipynb")
    assert file.stat().st_size < 400_000
    written = json.loads(file.read_text(encoding="utf-8"))
    cells = build.read_cells(page.read_text(encoding="utf-8"))
    assert [(one["cell_type"], one["source"]) for one in written["cells"]] == [(one.kind, one.source) for one in cells]
    build.execute(cells)
    drawn = 0
    for before, after in zip(written["cells"], cells, strict=True):
        said, again = build.texts(before.get("outputs", [])), build.texts(after.outputs)
        assert [NUMBER.sub("#", text).split() for text in again] == [NUMBER.sub("#", text).split() for text in said]
        for old, new in zip(said, again, strict=True):
            numbers = [np.array(NUMBER.findall(text), dtype=float) for text in (old, new)]
            np.testing.assert_allclose(numbers[1], numbers[0], rtol=1e-5)
        old, new = (
            [sorted(one.get("data", {})) for one in each] for each in (before.get("outputs", []), after.outputs)
        )
        assert old == new
        pictures = [one["data"]["image/png"] for one in before.get("outputs", []) if "image/png" in one.get("data", {})]
        assert all(base64.b64decode(one).startswith(b"\x89PNG") for one in pictures)
        drawn += len(pictures)
    assert drawn >= 6


def test_cells_put_out_what_they_would_in_jupyter(build):
    page = "# A\n\n```python\nx = 2\nprint(x)\nx + 1\n```\n\nwords\n\n```python\nx;\n```\n"
    cells = build.read_cells(page)
    assert [(one.kind, one.source) for one in cells][::2] == [("markdown", "# A"), ("markdown", "words")]
    build.execute(cells)
    assert build.texts(cells[1].outputs) == ["2\n", "3"]
    assert cells[3].outputs == []
