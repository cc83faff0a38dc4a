"""Spreadsheets that fill in a scenario: every dialect says the same, every mistake is one message with its cell."""

from __future__ import annotations

import datetime
import io
import sys
from pathlib import Path
from typing import Any

import pytest
from scenario_files import only_problem, problems_of, write

from burncast.distributions.errors import InputError
from burncast.engine.scenario import Scenario, load

BASE = """\
[scenario]
start = "2026-01"
periods = 6

[dimensions]
plan = ["team", "business"]

[inputs]
opening_cash = { value = 5e6, unit = "USD", source = "bank", note = "audited" }
price = { value = { team = 90, business = 1400 }, over = "plan", unit = "USD" }
growth = "0.02 to 0.05"
staff = { value = 20, decision = [10, 40] }

[processes]
index = { schedule = { "2026-01" = 1.0, "2026-04" = 1.5 }, between = "hold" }

[stocks]
cash = { start = "opening_cash", next = "cash * (1 + growth) - sum(price) * staff * index" }

[variants.lean]
inputs.staff = 12
"""
HEAD = "section,name,element,value,unit,source,note,lowest,highest,variant,kind\n"
EXTENDS = "scenario,extends,,base.toml\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, BASE, "base.toml")
    return tmp_path


def sheet(folder: Path, text: str, name: str = "sheet.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def workbook(folder: Path, cells: list[list[Any]], name: str = "Assumptions") -> Path:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    with xlsxwriter.Workbook(folder / "sheet.xlsx") as book:
        page = book.add_worksheet(name)
        percent, date = book.add_format({"num_format": "0 %"}), book.add_format({"num_format": "dd/mm/yyyy"})
        for row, line in enumerate(cells):
            for column, cell in enumerate(line):
                if isinstance(cell, datetime.date):
                    page.write_datetime(row, column, datetime.datetime(cell.year, cell.month, cell.day), date)
                elif isinstance(cell, float) and abs(cell) < 1:
                    page.write_number(row, column, cell, percent)
                elif isinstance(cell, str) and cell.startswith("="):
                    page.write_formula(row, column, cell, None, 2400.0)
                elif isinstance(cell, str):
                    page.write_string(row, column, cell)
                else:
                    page.write(row, column, cell)
    return folder / "sheet.xlsx"


def value_of(scenario: Scenario, name: str) -> str:
    from burncast.outputs.assumptions.rows import assumption_rows

    return "; ".join(
        str(row.value)
        for row in assumption_rows(scenario)
        if row.name == name and not row.variant and row.sort != "next"
    )


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (HEAD + EXTENDS + 'inputs,growth,,5 %\ninputs,opening_cash,,"1,234,567.5",,"a\nb"\n', "utf-8"),
        (HEAD + EXTENDS + 'inputs,growth,,0.05\ninputs,opening_cash,,1234567.5,,"a\nb"\n', "utf-8-sig"),
        (HEAD + EXTENDS + 'inputs,growth,,5%\r\ninputs,opening_cash,,1 234 567.5,,"a\r\nb"\r\n', "utf-16"),
        (
            (HEAD + EXTENDS).replace(",", ";") + 'inputs;growth;;0,05\ninputs;opening_cash;;1.234.567,5;;"a\nb"\n',
            "utf-8-sig",
        ),
        (
            (HEAD + EXTENDS).replace(",", "\t")
            + 'inputs\tgrowth\t\t5 %\ninputs\topening_cash\t\t"1 234 567,50 €"\t\t"a\nb"\n',
            "utf-16",
        ),
        (
            "sep=;\r\n" + (HEAD + EXTENDS).replace(",", ";") + "inputs;growth;;0,05\n\n;;;\n"
            'Money;;;\ninputs;opening_cash;;1234567,5;;"a\nb"\n',
            "utf-8",
        ),
        (
            "Our plan for 2026\n\n" + HEAD.upper() + EXTENDS + ',growth,,0.05\n,opening_cash,,1234567.5,,"a\nb"\n',
            "utf-8",
        ),
    ],
    ids=["commas", "bytes-mark", "utf-16", "semicolons", "tabs", "sep-line", "title-above"],
)
def test_every_dialect_of_csv_says_the_same(folder, text, encoding):
    found = load(sheet(folder, text, encoding=encoding))
    assert value_of(found, "growth") == "0.05"
    assert value_of(found, "opening_cash") == "1234567.5"
    assert found.quantities["opening_cash"].source == "a\nb"
    assert found.quantities["opening_cash"].note is None
    assert found.quantities["opening_cash"].unit == "USD"
    assert value_of(found, "price") == "90; 1400"


def test_a_sheet_that_changes_nothing_is_the_scenario(folder):
    rows = "inputs,price,business,1400\n,opening_cash,,5000000,USD,bank,audited\nscenario,start,,2026-01-01\n"
    found = load(sheet(folder, HEAD + EXTENDS + rows + ",growth,,0.020 to 0.05\n,staff,,20,,,,10,40\n"))
    assert found.sha256 == load(folder / "base.toml").sha256


def test_a_workbook_with_dates_percents_formulas_and_numbers_as_text(folder):
    cells = [
        ["name", "value", "section", "element", "note"],
        ["extends", "base.toml", "scenario"],
        ["start", datetime.date(2026, 3, 1), "scenario"],
        ["growth", 0.03, "inputs"],
        ["opening_cash", "7500000", "inputs"],
        ["price", "=100*24", "inputs", "business"],
        [],
        ["index", 2.0, "processes", datetime.date(2026, 5, 1)],
        ["staff", " 15 ", None, None, "-= no formula"],
    ]
    found = load(workbook(folder, cells))
    assert found.start == datetime.date(2026, 3, 1)
    assert value_of(found, "growth") == "0.03"
    assert value_of(found, "price") == "90; 2400"
    assert value_of(found, "index") == "2"
    assert (value_of(found, "staff"), found.quantities["staff"].note) == ("15", "-= no formula")
    assert found.quantities["staff"].decision == (10, 40)


def test_rows_may_add_an_input_a_variant_and_a_decision(folder):
    rows = "inputs,tax,,0.3\nformulas,due,,tax * price,,,,,,,\ninputs,staff,,10,,,,5,30\n"
    rows += "inputs,growth,,0,,,,,,doom\nscenario,title,,The end,,,,,,doom\ninputs,staff,,9,,,,,,lean\n"
    found = load(sheet(folder, HEAD + EXTENDS + rows))
    assert (value_of(found, "tax"), value_of(found, "due")) == ("0.3", "tax * price")
    assert found.quantities["staff"].decision == (5, 30)
    assert list(found.variants) == ["lean", "doom"]
    assert found.variants["doom"].title == "The end"
    assert value_of(found.variants["lean"], "staff") == "9"


def test_a_row_that_is_taken_out_leaves_the_scenario_as_it_is(folder):
    found = load(sheet(folder, HEAD + EXTENDS + "inputs,price,team,95\n"))
    assert value_of(found, "price") == "95; 1400"


def test_texts_that_look_like_formulas_lose_the_quote_that_guards_them(folder):
    found = load(sheet(folder, HEAD + EXTENDS + "inputs,growth,,'-0.01 * staff,,'=source,'@note\n"))
    quantity = found.quantities["growth"]
    assert (value_of(found, "growth"), quantity.source, quantity.note) == ("-0.01 * staff", "=source", "@note")


@pytest.mark.parametrize(
    ("rows", "line", "key", "said"),
    [
        (
            "inputs,growth,,\n",
            3,
            "D3 (value)",
            "the cell is empty, or holds an error such as #REF!; expected a number, or",
        ),
        ("inputs,growth,,#REF!\n", 3, "D3 (value)", "holds the error #REF!; expected a number"),
        ("inputs,growth,,#N/A\n", 3, "D3 (value)", "holds the error #N/A"),
        ('inputs,growth,,"(1,200)"\n', 3, "D3 (value)", "in brackets; expected a number"),
        (
            'inputs,growth,,"normal(mean=0,05; sd=0,01)"\n',
            3,
            "D3 (value)",
            "has a semicolon; expected decimal points, and commas between what is in brackets",
        ),
        ("inputs,growth,,3/1/2026\n", 3, "D3 (value)", "is the date 3/1/2026; expected a number"),
        ("inputs,staff,,20,,,,ten,40\n", 3, "H3 (lowest)", "'ten' is no number; expected a number"),
        ("inputs,staff,,20,,,,10,\n", 3, "I3 (highest)", "a decision has a lowest and a highest value"),
        ("inputs,staff,,50,,,,10,40\n", 3, "inputs.staff", "50 is not in the range of its decision"),
        ("inputs,growth,,0.5,,,,2,1\n", 3, "inputs.growth", "`decision` is no range"),
        ("inputs,growth,,0.5,a head\n", 3, "inputs.growth", "unit: 'a head' is not a unit"),
        ("inputs,,,20\n", 3, "B3 (name)", "there is no name beside the value; expected the name in every row"),
        (
            "input,staff,,20\n",
            3,
            "A3 (section)",
            "there is no section 'input'",
        ),
        ("inputs,opening cash,,20\n", 3, "B3 (name)", "cannot be a name; expected letters, digits and underscores"),
        ("inputs,staff,,20\n\ninputs,staff,,21\n", 5, "B5 (name)", "inputs.staff stands in row 3 already"),
        ("inputs,price,team,1\ninputs,price,team,2\n", 4, "B4 (name)", "inputs.price.team stands in row 3 already"),
        ("inputs,price,team,1\ninputs,price,,2\n", 4, "C4 (element)", "a value for all elements beside one for some"),
        ("inputs,price,teem,1\n", 3, "inputs.price", "'teem' is no element of 'plan'; did you mean 'team'?"),
        (
            "inputs,price,team,1,,a\ninputs,price,business,2,,b\n",
            4,
            "F4 (source)",
            "row 3 says something else of price",
        ),
        ("inputs,grwoth,,1\n", 3, "inputs.grwoth", "did you mean 'growth'?"),
        ("inputs,growth,,normal(mean=0\n", 3, "inputs.growth", "was never closed"),
        ("scenario,periods,,a year\n", 3, "D3 (value)", "'a year' is no number; expected a whole number"),
        ("scenario,periods,,1.5\n", 3, "scenario.periods", "expected a whole number"),
        ("scenario,perods,,12\n", 3, "scenario.perods", "did you mean 'periods'?"),
        ("scenario,step,,monthly\n", 3, "scenario.step", "did you mean 'month'?"),
        ("scenario,start,,01/02/2026\n", 3, "D3 (value)", "'01/02/2026' may be 2026-01-02 or 2026-02-01"),
        ("scenario,start,,Jul-26\n", 3, "D3 (value)", "'Jul-26' is no date; expected a cell formatted as a date"),
        ('inputs,growth,,0.5\ninputs,staff,,"20,5"\n', 4, "D4 (value)", "no number where a point is the decimal sign"),
    ],
)
def test_a_mistake_is_one_message_that_names_the_cell(folder, rows, line, key, said):
    problem = only_problem(sheet(folder, HEAD + EXTENDS + rows))
    assert (problem.file, problem.line) == (str(folder / "sheet.csv"), line)
    assert key in str(problem.key)
    assert said in str(problem)


@pytest.mark.parametrize(("cell", "both"), [("1,234", "1234 or 1.234"), ("1.234", "1.234 or 1234")])
def test_a_number_that_could_be_two_is_a_mistake_unless_another_cell_tells(folder, cell, both):
    head = (HEAD + EXTENDS).replace(",", ";")
    problem = only_problem(sheet(folder, f"{head}inputs;growth;;{cell}\n"))
    assert f"{cell!r} may be {both}; expected a number without a sign between its thousands" in str(problem)
    known = load(sheet(folder, f"{head}inputs;growth;;{cell}\ninputs;staff;;20,5\n"))
    assert value_of(known, "growth") == ("1.234" if cell == "1,234" else "1234")


def test_an_interval_may_be_written_as_the_sheet_writes_numbers(folder):
    head = (HEAD + EXTENDS).replace(",", ";")
    assert value_of(load(sheet(folder, f"{head}inputs;growth;;2,5 to 8 %\n")), "growth") == "2.5 to 0.08"
    assert value_of(load(sheet(folder, f"{head}inputs;growth;;2 % to 8 %\n")), "growth") == "0.02 to 0.08"
    assert value_of(load(sheet(folder, f"{head}inputs;growth;;1 000 to 2.000,5\n")), "growth") == "1000 to 2000.5"


def test_cells_of_workbooks_are_named_with_their_sheet(folder):
    cells = [["name", "value"], ["extends", "base.toml"], ["growth", datetime.date(2026, 3, 1)], ["staff", True]]
    cells[1:2] = [["extends", "base.toml"]]
    path = workbook(folder, [["section", *cells[0]], ["scenario", *cells[1]], ["", *cells[2]], ["", *cells[3]]])
    first, second = problems_of(path)
    assert str(first).startswith(f"{path} [Assumptions]:3: C3 (value): is the date 2026-03-01; expected a number")
    assert "spreadsheets make a date of 1/3" in str(first)
    assert str(second).startswith(f"{path} [Assumptions]:4: C4 (value): is true; expected a number")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("names,value\nx,1\n", "has no row of headings"),
        ("name,element,valeu\nx,,1\n", "1: has no column 'value'; expected a row with the headings"),
        ("name,value,sourse\nx,1,y\n", "1: C1 (sourse): 'sourse' is no heading; did you mean 'source'?"),
        ("name,value,name\nx,1,y\n", "1: C1 (name): there are two columns 'name'"),
        ("name,value\nx,1\n", "does not say which scenario it fills in; expected a row with section scenario"),
        ("", "has no row of headings"),
    ],
)
def test_a_sheet_without_its_headings_says_what_is_missing(folder, text, said):
    assert said in str(only_problem(sheet(folder, text)))


def test_files_that_are_no_spreadsheets_say_so(folder):
    pytest.importorskip("python_calamine")
    assert "is no workbook" in str(only_problem(write(folder, "no zip", "bad.xlsx")))
    assert "is not UTF-8 text (byte 7)" in str(only_problem(sheet(folder, "name,vélue\n", encoding="latin-1")))
    assert "there is no such file; did you mean 'sheet.csv'?" in str(only_problem(folder / "shet.csv"))
    assert "there is no such file" in str(only_problem(sheet(folder, f"{HEAD}scenario,extends,,{'x' * 300}.toml\n")))
    assert "base2.toml" in str(only_problem(sheet(folder, HEAD + "scenario,extends,,base2.toml\n")))


def test_without_the_library_a_workbook_says_what_to_install(folder, monkeypatch):
    path = workbook(folder, [["name", "value"]])
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(InputError, match=r"pip install \"burncast\[excel\]\"; CSV files need nothing"):
        load(path)


def test_a_sheet_may_fill_in_what_another_fills_in(folder):
    sheet(folder, HEAD + EXTENDS + "inputs,staff,,30\n", "first.csv")
    found = load(sheet(folder, HEAD + "scenario,extends,,first.csv\ninputs,growth,,0.01\n"))
    assert (value_of(found, "staff"), value_of(found, "growth")) == ("30", "0.01")
    circle = sheet(folder, HEAD + "scenario,extends,,sheet.csv\n")
    assert "extends itself" in str(only_problem(circle))


def test_problems_of_the_scenario_that_a_workbook_carries_name_its_sheet(folder):
    content = io.BytesIO()
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    with xlsxwriter.Workbook(content) as book:
        page = book.add_worksheet("Assumptions")
        page.write_row(0, 0, ["name", "value"])
        page.write_row(1, 0, ["growth", 0.5])
        carried = book.add_worksheet("Scenario")
        for row, line in enumerate(BASE.replace("periods = 6", "periods = six").splitlines()):
            carried.write_string(row, 0, line)
    path = folder / "carried.xlsx"
    path.write_bytes(content.getvalue())
    assert str(only_problem(path)).startswith(f"{path} [Scenario]:3: is not valid TOML")


@pytest.mark.parametrize(("row", "column", "last"), [(2**20 - 1, 2**14 - 1, "XFD1048576"), (2**20 - 1, 5, "F1048576")])
def test_a_cell_in_the_last_corner_of_a_sheet_is_named_and_not_laid_out(folder, row, column, last):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    path = folder / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["name", "value"])
        page.write_string(row, column, "slip")
    assert f"far.xlsx: has a sheet that reaches to {last}; expected assumptions alone" in str(only_problem(path))


def test_a_workbook_of_results_is_not_taken_for_one_to_fill_in(folder):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    path = folder / "results.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("Summary", "Assumptions", "About"):
            page = book.add_worksheet(name)
        page = book.get_worksheet_by_name("Assumptions")
        for row, line in enumerate((["name", "value"], ["cash", 5], ["cash", "cash - burn"])):
            page.write_row(row, 0, line)
    assert str(only_problem(path)) == (
        f"{path}: is a workbook of results, not one to fill in; expected one that burncast to-sheet writes"
    )
