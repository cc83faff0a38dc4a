"""Makes the notebooks beside it: the Python of each page is run, and written with what it puts out.

A page is Markdown; each block of Python in it is a cell. ``python docs/notebooks/build.py`` writes all notebooks anew.
Cells put out what they would in Jupyter: what they print, the value of their last line (none where it ends in ``;``),
and the figures of pyplot that are open.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl
from PIL import Image

__all__ = ["Cell", "execute", "notebook", "read_cells", "texts"]

FOLDER = Path(__file__).parent
DPI = 90
COLOURS = 96


@dataclass
class Cell:
    """A cell: ``kind`` is ``code`` or ``markdown``; ``outputs`` are as nbformat 4 has them."""

    kind: str
    source: str
    outputs: list[dict[str, Any]] = field(default_factory=list)


def read_cells(page: str) -> list[Cell]:
    """The cells of a page."""
    parts = re.split(r"^```python\n(.*?)^```\n", page, flags=re.MULTILINE | re.DOTALL)
    kinds = ("markdown", "code")
    return [Cell(kinds[place % 2], part.strip()) for place, part in enumerate(parts) if part.strip()]


def execute(cells: list[Cell]) -> None:
    """Run the cells of code in order, in one namespace, and keep what they put out."""
    mpl.use("agg")
    from matplotlib import pyplot

    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in (one for one in cells if one.kind == "code"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            value = _run(cell.source, namespace)
        cell.outputs = [_stream(printed.getvalue())] if printed.getvalue() else []
        if value is not None:
            cell.outputs.append(_shown(value))
        for number in pyplot.get_fignums():
            cell.outputs.append(_picture(pyplot.figure(number)))
        pyplot.close("all")


def texts(outputs: list[dict[str, Any]]) -> list[str]:
    """What the outputs of a cell say in plain text; a picture says nothing."""
    said = ["".join(one["text"] if "text" in one else one["data"].get("text/plain", "")) for one in outputs]
    return [text for text in said if text]


def notebook(cells: list[Cell]) -> str:
    """The cells as a notebook file."""
    written: list[dict[str, Any]] = []
    for number, cell in enumerate(cells):
        entry: dict[str, Any] = {"cell_type": cell.kind, "id": f"cell-{number}", "metadata": {}, "source": cell.source}
        if cell.kind == "code":
            entry |= {"execution_count": None, "outputs": cell.outputs}
        written.append(entry)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": written, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _run(source: str, namespace: dict[str, Any]) -> Any:
    """The value of the last line; None where it has none, or ends in a semicolon."""
    tree = ast.parse(source)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or source.endswith(";"):
        exec(compile(tree, "cell", "exec"), namespace)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), "cell", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)


def _stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def _shown(value: Any) -> dict[str, Any]:
    data = {"text/plain": repr(value)}
    if hasattr(value, "_repr_html_"):
        data["text/html"] = value._repr_html_()
    return {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": data}


def _picture(figure: Any) -> dict[str, Any]:
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI)
    Image.open(drawn).convert("RGB").quantize(COLOURS).save(small, format="png", optimize=True)
    data = {"image/png": base64.b64encode(small.getvalue()).decode()}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def main() -> None:
    """Write the notebook of every page."""
    for page in sorted(FOLDER.glob("*.md")):
        cells = read_cells(page.read_text(encoding="utf-8"))
        execute(cells)
        page.with_suffix(".ipynb").write_text(notebook(cells), encoding="utf-8")


if __name__ == "__main__":
    main()
