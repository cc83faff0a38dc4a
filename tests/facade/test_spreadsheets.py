"""Assumptions written as a spreadsheet and read back: unchanged the same scenario, changed what the file would give."""

from __future__ import annotations

import csv
import html
import io
import json
import math
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenario_files import write
from typer.testing import CliRunner

import burncast
from burncast.calibration.entry import Entry
from burncast.calibration.insertion import insert_entries
from burncast.cli import app
from burncast.distributions.errors import BurncastError, InputError, ScenarioError
from burncast.engine.documents.document import Document, parse_document, read_document
from burncast.engine.documents.merging import normalised
from burncast.engine.documents.packaged import packaged_scenarios
from burncast.engine.documents.template import TEMPLATE
from burncast.engine.reading.sheet_changes import sheet_changes
from burncast.engine.scenario import Scenario, load
from burncast.filling_in import filled_in
from burncast.outputs.assumptions.cells import assumption_csv
from burncast.outputs.assumptions.workbook import assumption_workbook
from burncast.outputs.files.number_formats import as_shown, number_format
from burncast.what_if.saving import Original, saved_scenario

FORMATS = ("xlsx", "csv", "decimal comma")
LONG = "a_name_of_sixty_characters_that_goes_on_until_it_is_complete"
TEN = [f"member {one}" for one in range(10)]
BY_MEMBER = "{ " + ", ".join(f'"{one}" = {{ "ő – ß" = 1, "2024" = "1 to 2" }}' for one in TEN) + " }"
DATED = """
[scenario]
periods = 6
start = "2026-01"

[inputs]
staff = { value = 20, decision = [10, 40], note = "-now" }

[processes]
index = { schedule = { "2026-01" = 1.0, "2026-04" = 1.5 }, between = "hold" }
market = { value = "markov(transition=[[0.9, 0.1], [0.5, 0.5]], start=0)", states = ["calm", "crisis"] }

[formulas]
burn = "staff * index"

[stocks]
cash = { start = 50, next = "cash - burn", source = "bank" }

[variants.lean]
inputs.staff = { value = 12, source = "board" }
formulas.burn = "staff"
scenario.title = "Lean"

[variants.rich]
stocks.cash.start = 500
"""
DEGENERATE = {
    "never ruined": """
[scenario]
periods = 3
[stocks]
cash = { start = 1, next = "cash + 1" }
[ruin]
when = "cash < 0"
""",
    "always ruined, one period": """
[scenario]
periods = 1
[stocks]
cash = { start = -5, next = "cash" }
[ruin]
when = "cash < 0"
""",
    "no inputs": """
[scenario]
periods = 2
title = "=1+1"
description = "@cmd, \\"quoted\\"\\nand a second line"
""",
    "cents to trillions": """
[scenario]
periods = 2
[inputs]
cent = 0.01
odd = 0.30000000000000004
tiny = 1e-300
big = 2_500_000_000_000
huge = 123456789012345678901234567890
parted = 1.234
negative = -1234.567
text = "1.234"
near = "1.234 to 5.678"
formula = "-cent"
third = 0.3333333333333333
zero = -0.0
""",
    "long names and ten members": f"""
[scenario]
periods = 2
start = 2026-02-28
step = "quarter"
[dimensions]
part = {json.dumps(TEN)}
side = ["ő – ß", "2024"]
[inputs]
{LONG} = {{ value = {{ {", ".join(f'"{one}" = 5' for one in TEN)} }}, note = "n" }}
both = {{ value = {BY_MEMBER}, over = ["part", "side"], unit = "USD", source = "  blanks  " }}
all = {{ value = 3, over = "part" }}
""",
    "words that look like numbers and formulas": """
[scenario]
periods = 2
title = "5 %"
description = "0.5 to 1.5"
[inputs]
share = { value = "0.5 to 1.5", note = "+5 %", source = "1.5" }
minus = { value = "-2.5 to 8", note = "2.5 to 8", source = "'=the list" }
quoted = { value = "-2.5", note = "'-5 %' said the board", source = "''=twice", unit = "1" }
""",
    "schedules, decisions, variants": DATED,
}


def written(scenario: Scenario, text: str, called: str, kind: str, folder: Path) -> Path:
    """A sheet of a scenario in ``folder``."""
    path = folder / ("sheet.xlsx" if kind == "xlsx" else "sheet.csv")
    if kind == "xlsx":
        pytest.importorskip("xlsxwriter")
        pytest.importorskip("python_calamine")
        path.write_bytes(assumption_workbook(scenario, text, path.name))
    else:
        path.write_bytes(assumption_csv(scenario, called, decimal_comma=kind != "csv"))
    return path


def merged(scenario: Scenario) -> Document:
    return normalised(parse_document(scenario.text, None))


def with_cells(path: Path, changes: dict[tuple[str, str], str]) -> Path:
    """A CSV sheet with the values of some rows, by name and element, changed."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    head = next(row for row in rows if "name" in row)
    name, element, value = (head.index(one) for one in ("name", "element", "value"))
    left = dict(changes)
    for row in rows[rows.index(head) + 1 :]:
        if (key := (row[name], row[element])) in left:
            row[value] = left.pop(key)
    assert not left
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("name", packaged_scenarios())
def test_the_sheet_of_every_packaged_scenario_changes_nothing(tmp_path, name):
    scenario = load(name)
    text = packaged_scenarios()[name].read_text(encoding="utf-8")
    for kind in FORMATS:
        sheet = read_document(written(scenario, text, name, kind, tmp_path))
        assert sheet_changes(normalised(sheet), merged(scenario)).data == {}
        carried = sheet.base.text if sheet.base is not None else sheet.data["scenario"]["extends"]
        assert carried == (text if kind == "xlsx" else name)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("about", DEGENERATE)
def test_the_sheet_of_a_degenerate_scenario_is_that_scenario(tmp_path, about, kind):
    path = write(tmp_path, DEGENERATE[about], "own.toml")
    scenario = load(path)
    sheet = written(scenario, path.read_text(encoding="utf-8"), "own.toml", kind, tmp_path)
    assert load(sheet).sha256 == scenario.sha256
    out = tmp_path / "back.toml"
    assert burncast.from_sheet(sheet, out) == []
    assert out.read_bytes() == path.read_bytes()


def test_a_changed_cell_is_what_the_same_change_of_the_file_is(tmp_path):
    text = TEMPLATE
    base = write(tmp_path, text, "own.toml")
    burncast.to_sheet(base, tmp_path / "sheet.csv")
    sheet = with_cells(
        tmp_path / "sheet.csv",
        {
            ("opening_cash", ""): "4,500,000.00",
            ("churn", "team"): "beta(p5=0.03, p95=0.06)",
            ("new_customers", "business"): "1 to 4",
            ("periods", ""): "24",
            ("start", ""): "2026-02-01",
        },
    )
    edits = [
        ("value = 6e6", "value = 4500000"),
        ('"beta(p5=0.02, p95=0.05)"', '"beta(p5=0.03, p95=0.06)"'),
        ('"0.8 to 3"', '"1 to 4"'),
        ("periods = 36", "periods = 24"),
        ('start = "2026-01"', "start = 2026-02-01"),
    ]
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    edited = write(tmp_path, text, "edited.toml")

    keys = burncast.from_sheet(sheet, tmp_path / "back.toml")
    assert keys == [
        "scenario.start",
        "scenario.periods",
        "inputs.opening_cash",
        "inputs.new_customers",
        "inputs.churn",
    ]
    assert (tmp_path / "back.toml").read_text() == text
    runs = [burncast.simulate(load(one), trajectories=2000, seed=3) for one in (sheet, edited)]
    assert set(runs[0].data_vars) == set(runs[1].data_vars)
    for name in runs[0].data_vars:
        assert runs[0][name].values.tobytes() == runs[1][name].values.tobytes(), name


def test_a_file_is_updated_in_place_with_its_comments(tmp_path):
    own = '# ours\n[scenario]\nextends = "base.toml"\n\n[inputs]\nprice = 20  # a month\n'
    base = '[scenario]\nperiods = 3\n[inputs]\nprice = 1\ncost = { value = 5, source = "list", note = "old" }\n'
    write(tmp_path, base, "base.toml")
    path = write(tmp_path, own, "own.toml")
    rows = (
        "name,value,section,source,variant\nextends,own.toml,scenario,,\nprice,25,,,\ncost,6,,bill,\nprice,30,,,high\n"
    )
    sheet = write(tmp_path, rows, "sheet.csv")
    burncast.from_sheet(sheet, tmp_path / "new.toml")
    assert burncast.from_sheet(sheet, path, update=path) == [
        "inputs.price",
        "inputs.cost",
        "variants.high.inputs.price",
    ]
    text = path.read_text()
    assert text.startswith('# ours\n[scenario]\nextends = "base.toml"\n\n[inputs]\nprice = 25  # a month\n')
    cost = load(path).quantities["cost"]
    assert (cost.source, cost.note) == ("bill", None)
    assert list(load(path).variants) == ["high"]
    assert path.read_text() == (tmp_path / "new.toml").read_text()


def test_what_is_taken_out_of_a_cell_is_taken_out_of_the_file(tmp_path):
    text = '[scenario]\nperiods = 3\n\n[inputs.cost]\nvalue = 5\nsource = "list"  # where\nnote = "old"\n'
    write(tmp_path, text, "own.toml")
    rows = "section,name,value,note\nscenario,extends,own.toml,\ninputs,cost,5,new\n"
    sheet = write(tmp_path, rows, "sheet.csv")
    burncast.from_sheet(sheet, tmp_path / "back.toml")
    assert (tmp_path / "back.toml").read_text() == text.replace('source = "list"  # where\n', "").replace("old", "new")


def test_a_dated_path_is_changed_date_by_date(tmp_path):
    path = write(tmp_path, DATED, "own.toml")
    burncast.to_sheet(path, tmp_path / "sheet.csv")
    text = (tmp_path / "sheet.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "sheet.csv").write_text(text.replace("2026-04,1.5", "2026-05,2"), encoding="utf-8")
    burncast.from_sheet(tmp_path / "sheet.csv", tmp_path / "back.toml")
    assert '{ "2026-01" = 1.0, 2026-05 = 2 }' in (tmp_path / "back.toml").read_text()


def test_a_workbook_shows_what_it_says(tmp_path):
    python_calamine = pytest.importorskip("python_calamine")
    pytest.importorskip("xlsxwriter")
    burncast.to_sheet(None, tmp_path / "plan.xlsx")
    book = python_calamine.CalamineWorkbook.from_path(tmp_path / "plan.xlsx")
    assert book.sheet_names == ["Read me", "Assumptions", "Scenario"]
    said = [row[0] for row in book.get_sheet_by_name("Read me").to_python()]
    assert f"sha256 of the scenario: {load(tmp_path / 'plan.xlsx').sha256}" in said
    assert any("burncast run plan.xlsx" in str(line) for line in said)
    head, *rows = book.get_sheet_by_name("Assumptions").to_python()
    table: list[dict[str, Any]] = [dict(zip(head, row, strict=True)) for row in rows]
    row = next(row for row in table if (row["name"], row["element"]) == ("new_customers", "team"))
    assert (row["value"], row["original"], row["unit"]) == ("18 to 40", "18 to 40", "customer/month")
    assert [row["p5"], row["median"], row["p95"]] == pytest.approx([18, np.sqrt(18 * 40), 40], rel=1e-9)
    assert row["moves with"] == 'new_customers["business"] (rho 0.5)'
    cash = next(row for row in table if row["name"] == "opening_cash")
    assert (cash["value"], cash["source"]) == (6e6, "bank statement, 31 December")
    assert [line[0] for line in book.get_sheet_by_name("Scenario").to_python()][:3] == TEMPLATE.splitlines()[:3]


def test_numbers_of_more_digits_than_spreadsheets_keep_are_texts(tmp_path):
    """LibreOffice saves 15 significant digits of a number."""
    python_calamine = pytest.importorskip("python_calamine")
    pytest.importorskip("xlsxwriter")
    burncast.to_sheet(write(tmp_path, DEGENERATE["cents to trillions"], "own.toml"), tmp_path / "own.xlsx")
    sheet = python_calamine.CalamineWorkbook.from_path(tmp_path / "own.xlsx").get_sheet_by_name("Assumptions")
    head, *rows = sheet.to_python()
    cells = {row[head.index("name")]: row[head.index("value")] for row in rows}
    assert (cells["third"], cells["odd"]) == ("0.3333333333333333", "0.30000000000000004")
    assert (cells["cent"], cells["big"], cells["negative"]) == (0.01, 2.5e12, -1234.567)


def test_percentiles_from_cents_to_trillions_fit_their_columns(tmp_path):
    """Of the range from 12 to 16 trillion; spreadsheets show ### where a column is too narrow."""
    python_calamine = pytest.importorskip("python_calamine")
    pytest.importorskip("xlsxwriter")
    text = (
        '[scenario]\nperiods = 2\n[inputs]\nbig = "12e12 to 16e12"\nusers = "3e8 to 9e8"\nsmall = "0.0002 to 0.0005"\n'
    )
    burncast.to_sheet(write(tmp_path, text, "own.toml"), tmp_path / "own.xlsx")
    sheet = python_calamine.CalamineWorkbook.from_path(tmp_path / "own.xlsx").get_sheet_by_name("Assumptions")
    head, *rows = sheet.to_python()
    figures = {row[head.index("name")]: [row[head.index(one)] for one in ("p5", "median", "p95")] for row in rows}
    assert figures["big"] == pytest.approx([12e12, math.sqrt(12 * 16) * 1e12, 16e12])
    with zipfile.ZipFile(tmp_path / "own.xlsx") as files:
        columns = files.read("xl/worksheets/sheet2.xml").decode()
        styles = files.read("xl/styles.xml").decode()
    widths = [
        float(width)
        for first, last, width in re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', columns)
        if int(first) <= head.index("p5") + 1 <= int(last)
    ]
    for name in ("big", "users", "small"):
        look = number_format(figures[name])
        assert look == "#,##0" or html.escape(look, quote=True) in styles
        assert all(len(as_shown(value, look)) + 1 < widths[0] for value in figures[name])
    assert as_shown(figures["big"][0], number_format(figures["big"])) == "12.000tn"


def test_the_name_of_a_variant_stands_in_one_line(tmp_path):
    pytest.importorskip("xlsxwriter")
    name = "every_search_as_a_conversation"
    text = f"[scenario]\nperiods = 2\n[inputs]\ncost = 3\n[variants.{name}]\ninputs.cost = 4\n"
    burncast.to_sheet(write(tmp_path, text, "own.toml"), tmp_path / "own.xlsx")
    with zipfile.ZipFile(tmp_path / "own.xlsx") as files:
        sheet = files.read("xl/worksheets/sheet2.xml").decode()
    columns = re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', sheet)
    (width,) = (float(width) for first, last, width in columns if int(first) <= 2 <= int(last))
    assert width > len(name)
    heights = [float(height) for height in re.findall(r'<row [^>]*ht="([\d.]+)"', sheet)]
    assert max(heights) == min(heights), "no row is higher than another"


def test_csv_cells_are_never_formulas(tmp_path):
    path = write(
        tmp_path, '[scenario]\nperiods = 1\ntitle = "=cmd|x"\n[inputs]\na = { value = "-b", note = "+1" }\nb = -2\n'
    )
    burncast.to_sheet(path, tmp_path / "sheet.csv")
    rows = csv.reader(io.StringIO((tmp_path / "sheet.csv").read_text(encoding="utf-8-sig"), newline=""))
    starts = [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
    assert starts == ["-2"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("plan.xslx", "did you mean '.xlsx'?"), ("plan", "ends in 'nothing'"), ("plan.ods", "expected .xlsx or .csv")],
)
def test_a_file_of_another_kind_is_refused(tmp_path, name, said):
    with pytest.raises(InputError, match="ends in") as error:
        burncast.to_sheet("startup", tmp_path / name)
    assert said in str(error.value)


def test_files_that_are_there_are_kept_without_force(tmp_path):
    path = write(tmp_path, DEGENERATE["no inputs"], "own.toml")
    write(tmp_path, "mine", "sheet.csv")
    with pytest.raises(InputError, match="is there already"):
        burncast.to_sheet(path, tmp_path / "sheet.csv")
    burncast.to_sheet(path, tmp_path / "sheet.csv", force=True)
    with pytest.raises(InputError, match="is there already"):
        burncast.from_sheet(tmp_path / "sheet.csv", path)
    assert path.read_text(encoding="utf-8") == DEGENERATE["no inputs"]


def test_without_the_library_the_other_format_still_works(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(InputError, match=r"pip install 'burncast\[excel\]'; a file that ends in .csv needs nothing"):
        burncast.to_sheet(None, tmp_path / "plan.xlsx")
    with pytest.raises(InputError, match=r"a CSV file names the file of its scenario"):
        burncast.to_sheet(None, tmp_path / "plan.csv")


def test_nothing_is_written_where_the_result_would_be_no_scenario(tmp_path):
    write(tmp_path / "deep", "[scenario]\nperiods = 3\n[inputs]\nprice = 1\n", "base.toml")
    write(tmp_path / "deep", '[scenario]\nextends = "base.toml"\n', "own.toml")
    sheet = write(tmp_path / "deep", "section,name,value\nscenario,extends,own.toml\n,price,2\n", "sheet.csv")
    with pytest.raises(ScenarioError, match=r"base\.toml"):
        burncast.from_sheet(sheet, tmp_path / "elsewhere.toml")
    assert not (tmp_path / "elsewhere.toml").exists()
    wrong = write(
        tmp_path,
        "section,variant,name,value\nscenario,,extends,startup\n,,opening_cash,norml(1)\n,lean,price,nomal(1)\n",
        "wrong.csv",
    )
    with pytest.raises(ScenarioError, match=r"wrong\.csv:3: .*'norml'; .*'normal'\?\n.*wrong\.csv:4: .*'nomal'"):
        burncast.from_sheet(wrong, tmp_path / "elsewhere.toml")
    assert not (tmp_path / "elsewhere.toml").exists()
    with pytest.raises(InputError, match="is no spreadsheet by its name"):
        burncast.from_sheet(tmp_path / "deep" / "own.toml", tmp_path / "elsewhere.toml")


def test_a_workbook_in_another_folder_carries_what_its_scenario_extends(tmp_path):
    pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    write(tmp_path, "[scenario]\nperiods = 3\n[inputs]\nprice = 1\n", "base.toml")
    own = write(tmp_path, '[scenario]\nextends = "base.toml"  # ours\n[inputs]\ncost = 2\n', "own.toml")
    for folder in (tmp_path, tmp_path / "elsewhere"):
        burncast.to_sheet(own, folder / "own.xlsx")
        assert load(folder / "own.xlsx").sha256 == load(own).sha256
    beside, away = (read_document(folder / "own.xlsx").base.text for folder in (tmp_path, tmp_path / "elsewhere"))
    assert (beside == own.read_text(), "extends" in away) == (True, False)


def test_what_is_tried_on_a_sheet_is_saved_as_a_scenario_with_what_the_sheet_changes(tmp_path):
    write(tmp_path, "# ours\n[scenario]\nperiods = 3\n[inputs]\nprice = 1  # a month\ncost = 5\n", "own.toml")
    sheet = write(tmp_path, "section,name,value\nscenario,extends,own.toml\n,price,2\n", "sheet.csv")
    original = Original.read(str(sheet), load(sheet))
    saved = saved_scenario(original, "base", {"cost": "7"})
    assert saved.text == "# ours\n[scenario]\nperiods = 3\n[inputs]\nprice = 2  # a month\ncost = 7\n"


def test_entries_are_not_put_into_a_sheet(tmp_path):
    write(tmp_path, "[scenario]\nperiods = 3\n[inputs]\nprice = 1\n", "own.toml")
    sheet = write(tmp_path, "section,name,value\nscenario,extends,own.toml\n", "sheet.csv")
    with pytest.raises(InputError, match=r"is a spreadsheet; expected a TOML file, which `burncast from-sheet` makes"):
        insert_entries(sheet, [Entry("price", 4.5)])


def test_a_text_that_cannot_be_changed_in_place_is_a_failure(tmp_path):
    text = '[scenario]\nperiods = 3\n[dimensions]\nplan = ["a", "b"]\n[inputs.price.value]\na = 1\nb = 2\n'
    path = write(tmp_path, text, "own.toml")
    sheet = write(tmp_path, "section,name,value\nscenario,extends,own.toml\n,price,2\n", "sheet.csv")
    with pytest.raises(BurncastError, match=r"cannot be changed in place; change by hand: inputs\.price"):
        filled_in(sheet, None, path)


def test_the_commands_say_what_they_did_and_leave_with_2_on_bad_input(tmp_path):
    path = write(tmp_path, DATED, "own.toml")
    out, back = tmp_path / "sheet.csv", tmp_path / "back.toml"
    runner = CliRunner()
    done = runner.invoke(app, ["to-sheet", str(path), "-o", str(out), "--decimal-comma"])
    assert done.exit_code == 0
    assert f"{out} is written; fill it in, then: burncast run {out}" in done.stderr
    assert runner.invoke(app, ["check", str(out)]).exit_code == 0
    done = runner.invoke(app, ["from-sheet", str(out), "-o", str(back)])
    assert (done.exit_code, "the sheet changes nothing" in done.stderr) == (0, True)
    out.write_text(out.read_text(encoding="utf-8-sig").replace(";50;", ";5O;"), encoding="utf-8")
    done = runner.invoke(app, ["run", str(out)])
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert f"{out}:14: stocks.cash.start: " in done.stderr
    done = runner.invoke(app, ["from-sheet", str(out)])
    assert done.exit_code == 2
    assert "expected -o FILE, or --update FILE" in done.stderr
