"""Workbooks, read back by another library: the numbers of the dataset, dates, texts that stay texts, charts that show
what they say.
"""

from __future__ import annotations

import datetime
import io
import itertools
import re
import xml.etree.ElementTree as ElementTree
import zipfile

import numpy as np
import pytest
from exported import forecast, variants
from known_simulation import falling_cash, known_simulation

import burncast
from burncast.outputs.assumptions.rows import assumption_rows
from burncast.outputs.results.dataset import stack, to_dataset
from burncast.outputs.results.variables import quantile_label

pytest.importorskip("xlsxwriter", reason="xlsxwriter (extra excel) is not installed")
python_calamine = pytest.importorskip("python_calamine", reason="python-calamine (extra excel) is not installed")

from burncast.outputs.files.number_formats import as_shown, axis_format, seen_format  # noqa: E402
from burncast.outputs.files.workbook import encode_workbook  # noqa: E402
from burncast.outputs.files.workbook_pages import Book, cell_lines, write_sheet  # noqa: E402
from burncast.outputs.files.workbook_tables import (  # noqa: E402
    Column,
    Forecasts,
    SheetTable,
    horizon_table,
    quantity_table,
)

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
SIXTEEN_DIGITS = 1e-15
SCENARIO = {
    "scenario": {"title": "=1+1", "start": "2024-01", "periods": 8, "currency": "USD"},
    "inputs": {
        "burn": {"value": "normal(mean=1, sd=0.3)", "unit": "USD/month", "source": "@accounts", "note": "a month"},
        "price": 20,
    },
    "stocks": {"cash": {"start": 6.5, "next": "cash - burn", "unit": "USD"}},
    "ruin": {"when": "cash < 0", "need": "-cash"},
    "variants": {"-lean": {"inputs": {"burn": "normal(mean=0.5, sd=0.1)"}}},
}


class Read:
    """A workbook as python-calamine and the standard library read it."""

    def __init__(self, content):
        self.content = content
        self.book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        self.names = self.book.sheet_names
        self.files = zipfile.ZipFile(io.BytesIO(content))

    def rows(self, sheet):
        return self.book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)

    def column(self, sheet, heading):
        head, *rows = self.rows(sheet)
        return [row[head.index(heading)] for row in rows]

    def xml(self, sheet):
        """A sheet as it stands in the file."""
        return self.files.read(f"xl/worksheets/sheet{self.names.index(sheet) + 1}.xml").decode()

    def relations(self, sheet):
        """What belongs to a sheet: its drawing."""
        return self.files.read(f"xl/worksheets/_rels/sheet{self.names.index(sheet) + 1}.xml.rels").decode()

    def charts(self, sheet):
        """The charts of a sheet, in their order: title, and of each series its kind, name, categories and values."""
        drawing = re.search(r"drawings/(drawing\d+\.xml)", self.relations(sheet))[1]
        relations = self.files.read(f"xl/drawings/_rels/{drawing}.rels").decode()
        return [self._chart(name) for name in re.findall(r"charts/(chart\d+\.xml)", relations)]

    def _chart(self, name):
        root = ElementTree.fromstring(self.files.read(f"xl/charts/{name}"))
        title = "".join(node.text for node in root.find(f".//{CHART}title").iter() if node.tag.endswith("}t"))
        found = []
        for kind in ("areaChart", "lineChart", "scatterChart"):
            for series in root.iter(CHART + kind):
                for one in series.iter(f"{CHART}ser"):
                    x = one.find(f"{CHART}cat") if kind != "scatterChart" else one.find(f"{CHART}xVal")
                    y = one.find(f"{CHART}val") if kind != "scatterChart" else one.find(f"{CHART}yVal")
                    found.append((kind, self._name(one), self._cells(x), np.array(self._cells(y))))
        return title, found

    def _name(self, series):
        reference = series.find(f"{CHART}tx//{CHART}f")
        return series.find(f"{CHART}tx/{CHART}v").text if reference is None else self._range(reference.text)[0]

    def _cells(self, node):
        return self._range(node.find(f".//{CHART}f").text)

    def _range(self, text):
        sheet, first, top, _, bottom = re.fullmatch(r"(.+)!\$([A-Z]+)\$(\d+)(?::\$([A-Z]+)\$(\d+))?", text).groups()
        column = 0
        for letter in first:
            column = 26 * column + ord(letter) - ord("A") + 1
        rows = self.rows(sheet.strip("'").replace("''", "'"))
        return [row[column - 1] for row in rows[int(top) - 1 : int(bottom or top)]]


@pytest.fixture(scope="module")
def simple():
    result = forecast(keep=0)
    return result, Read(encode_workbook(result))


@pytest.fixture(scope="module")
def varied():
    result = burncast.simulate(SCENARIO, 2000, seed=7, variants=True)
    return result, Read(encode_workbook(result))


def test_the_sheets_in_their_order(simple):
    assert simple[1].names == [
        *("Summary", "Ruin by period", "Runway", "Funding need", "cash", "users", "Assumptions", "About", "Chart data")
    ]


def test_numbers_are_those_of_the_dataset(simple):
    result, read = simple
    assert read.column("Ruin by period", "probability of ruin") == pytest.approx(
        result["ruin_probability"].values, rel=SIXTEEN_DIGITS, abs=0
    )
    assert read.column("Funding need", "amount") == pytest.approx(
        result["funding_need"].values, rel=SIXTEEN_DIGITS, abs=0
    )
    statistics = {"mean": "_mean", "standard error": "_mean_se", "sd": "_sd"}
    for name in ("cash", "users"):
        known = result[name].dropna("period", how="all")
        for p in result["quantile"].values:
            expected = known.sel(quantile=p).values.ravel()
            assert read.column(name, quantile_label(p)) == pytest.approx(expected, rel=SIXTEEN_DIGITS, abs=0)
        for heading, ending in statistics.items():
            expected = result[name + ending].sel(period=known["period"]).values.ravel()
            assert read.column(name, heading) == pytest.approx(expected, rel=SIXTEEN_DIGITS, abs=0)
    assert read.column("users", "product") == ["=free"] * 6 + ["plüs"] * 6
    assert set(read.column("users", "unit")) == {"user"}


def test_dates_are_dates(simple):
    result, read = simple
    expected = result["date"].values.astype("datetime64[D]").tolist()
    assert read.column("cash", "date") == expected
    assert read.column("users", "date") == 2 * expected[1:]
    assert all(type(day) is datetime.date for day in expected)


def test_a_censored_runway_is_a_text_with_a_note(simple):
    result, read = simple
    for months, note, date, known in zip(
        *(read.column("Runway", heading) for heading in ("months", "note", "date")),
        result["runway"].values,
        strict=True,
    ):
        if np.isinf(known):
            assert (months, note, date) == ("> 6 months", "not ruined before the horizon", "")
        else:
            assert (months, note, date) == (known, "", result["date"].values.astype("datetime64[D]")[int(known)])
    assert np.isinf(result["runway"]).any()
    assert np.isfinite(result["runway"]).any()


def test_charts_show_the_dataset(simple):
    result, read = simple
    (title, [(kind, name, days, values)]) = read.charts("Ruin by period")[0]
    assert (title, kind, name) == ("Probability of having run out of money", "lineChart", "probability of ruin")
    assert days == result["date"].values.astype("datetime64[D]").tolist()
    assert values == pytest.approx(result["ruin_probability"].values, rel=SIXTEEN_DIGITS, abs=0)
    (title, [(kind, _, shares, values)]) = read.charts("Funding need")[0]
    assert (title, kind) == ("Funding that would have been enough, USD", "scatterChart")
    assert shares == result["quantile"].values.tolist()
    assert values == pytest.approx(result["funding_need"].values, rel=SIXTEEN_DIGITS, abs=0)


@pytest.mark.parametrize("sheet", ["Summary", "cash"])
def test_the_areas_of_a_fan_add_up_to_the_quantiles(sheet, simple):
    result, read = simple
    _, series = next(chart for chart in read.charts(sheet) if chart[0] == "Cash, USD")
    assert [kind for kind, *_ in series] == ["areaChart"] * 4 + ["lineChart"]
    edges = np.cumsum([values for kind, _, _, values in series if kind == "areaChart"], axis=0)
    known = result["cash"].sel(quantile=[0.05, 0.25, 0.75, 0.95]).transpose("quantile", "period").values
    np.testing.assert_allclose(edges, known, rtol=1e-12)
    assert series[-1][1] == "median"
    np.testing.assert_allclose(series[-1][3], result["cash"].sel(quantile=0.5), rtol=SIXTEEN_DIGITS)
    assert known.min() < 0 < known.max(), "it crosses zero"


def test_elements_and_variants_are_lines_of_their_own(simple, varied):
    (_, fan), (title, lines) = simple[1].charts("users")
    assert title == "Users, user: medians"
    assert [name for _, name, _, _ in lines] == ["=free", "plüs"]
    for _, name, _, values in lines:
        known = simple[0]["users"].sel(product=name, quantile=0.5).values[1:]
        np.testing.assert_allclose(values, known, rtol=SIXTEEN_DIGITS)
    assert len(fan) == 5
    result, read = varied
    (_, curves) = read.charts("Ruin by period")[0]
    assert [name for _, name, _, _ in curves] == ["base", "-lean"]
    for _, name, _, values in curves:
        np.testing.assert_allclose(values, result["ruin_probability"].sel(variant=name), rtol=SIXTEEN_DIGITS)


def test_charts_show_what_there_is_to_see():
    """Of two holders the first owns nothing for certain; a round of the second is rarer than one trajectory in two."""
    raised = np.zeros((20, 2, 4))
    raised[:3, 1, 2] = 7e6
    result = to_dataset(
        known_simulation(
            {"cash": falling_cash(20, 3), "raised": raised},
            dimensions={"holder": ["partner", "founders"]},
            over={"raised": ("holder",)},
        )
    )
    fan, (title, lines) = Read(encode_workbook(result)).charts("raised")
    assert fan[0].endswith("founders")
    assert title.endswith("means")
    assert max(values.max() for *_, values in lines) == pytest.approx(3 * 7e6 / 20)
    result["raised"].data[...] = 0.0
    assert [title for title, _ in Read(encode_workbook(result)).charts("raised")] == [title], "no fan of nothing"


def test_lines_of_zeros_give_way_to_others():
    """Of two holders in seven variants the first owns nothing: seven lines, in place of twelve of fourteen."""
    owned = np.zeros((20, 2, 4))
    owned[:, 1] = np.linspace(0.2, 0.8, 20)[:, None]
    one = to_dataset(
        known_simulation({"owned": owned}, dimensions={"holder": ["partner", "founders"]}, over={"owned": ("holder",)})
    )
    *_, (title, lines) = Read(encode_workbook(stack({f"v{number}": one for number in range(7)}))).charts("owned")
    assert (title, len(lines)) == ("Owned: medians that are not zero", 7)
    assert all(values.min() > 0 for *_, values in lines)
    *_, (title, lines) = Read(encode_workbook(stack({"a": one, "b": one}))).charts("owned")
    assert (title, len(lines)) == ("Owned: medians", 4), "where there is room, zeros are seen"


def test_a_fan_has_the_suffix_of_what_it_shows():
    """One trajectory in fifty is a hundred times as large: beyond the fan."""
    paths = np.full((50, 4), 4e8)
    paths[0] *= 100
    paths[1:25] /= 2
    read = Read(encode_workbook(to_dataset(known_simulation({"cash": paths}))))
    charts = [read.files.read(name).decode() for name in read.files.namelist() if "charts/" in name]
    fans = [chart for chart in charts if "areaChart" in chart]
    assert len(fans) == 2
    assert all("#,##0,,&quot;M&quot;" in fan for fan in fans)


def test_a_number_far_below_its_column_is_no_zero():
    paths = 4e9 / 300.0 ** np.arange(4) * np.linspace(0.9, 1.1, 21)[:, None]
    result = to_dataset(known_simulation({"credits": paths}))
    table = quantity_table(Forecasts.of(result), "credits")
    column = table.columns[table.place("p50")]
    shown = [as_shown(cell, seen_format(cell, column.number_format)) for cell in column.cells]
    assert shown == ["4,000.0M", "13.3M", "44,444", "148"]
    cells = f'r="{chr(ord("A") + table.place("p50"))}[2-5]" s="([0-9]+)"'
    millions, again, whole, last = re.findall(cells, Read(encode_workbook(result)).xml("credits"))
    assert millions == again != whole == last, "styles of the cells"


def test_no_format_ends_in_a_decimal_point(simple, varied):
    """Excel shows 5 in the format ``0.##`` as ``5.``, and 5 % in ``0.##%`` as ``5.%``."""
    for _, read in (simple, varied):
        for name in read.files.namelist():
            if "charts/" in name or name.endswith("styles.xml"):
                formats = re.findall(r'formatCode="([^"]*)"', read.files.read(name).decode())
                assert not [look for look in formats if ".#" in look], name


def test_nothing_is_a_formula(simple, varied):
    for _, read in (simple, varied):
        for name in read.files.namelist():
            text = read.files.read(name).decode()
            assert not re.search(r"<f[ >]", text), name
            if "charts/" in name:
                assert all("!$" in found for found in re.findall(r"<c:f>([^<]*)</c:f>", text))
    assert varied[1].rows("Summary")[0][0] == "=1+1"
    assert varied[1].rows("Summary")[2][0].startswith("-lean: ")


def test_the_assumptions_are_those_of_the_scenario(varied):
    _, read = varied
    rows = assumption_rows(burncast.load(SCENARIO))
    head, *found = read.rows("Assumptions")
    assert len(found) == len(rows)
    for row, cells in zip(rows, found, strict=True):
        told = dict(zip(head, cells, strict=True))
        for heading, value in {
            "variant": row.variant,
            "name": row.name,
            "element": row.element,
            "kind": row.sort,
            "value": row.value,
            "unit": row.unit,
            "p5": row.p5,
            "source": row.source,
            "note": row.note,
        }.items():
            expected = "" if value is None else value
            assert told.get(heading, "") == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_a_scenario_that_cannot_be_read_again_is_told():
    result = forecast(keep=0)
    result.attrs["scenario"] = "[scenario]\nperiods = 6\n[processes]\nprice = \"series('none.csv', 'price')\"\n"
    rows = Read(encode_workbook(result)).rows("Assumptions")
    assert rows[1][0].startswith("The scenario reads files that are not beside it here")
    assert "none.csv" in rows[2][0]


def test_where_it_comes_from(varied):
    result, read = varied
    told = [tuple(row) for row in read.rows("About")]
    for name in ("base", "-lean"):
        assert ("variant", name) in told
    for digest in str(result.attrs["variant_sha256"]).splitlines():
        assert ("sha256", digest) in told
    assert ("to repeat it", "burncast run FILE -n 2000 --seed 7 --method random --variants") in told
    core, custom = (read.files.read(f"docProps/{name}.xml").decode() for name in ("core", "custom"))
    assert "<dc:title>=1+1</dc:title>" in core
    for carried in (str(result.attrs["sha256"]), "<vt:lpwstr>7</vt:lpwstr>", "0.1.0"):
        assert carried in custom
    assert str(result.attrs["sha256"]) in core


def test_headings_stay_in_sight_and_on_every_page(simple):
    _, read = simple
    for place, name in enumerate(read.names, 1):
        sheet = read.files.read(f"xl/worksheets/sheet{place}.xml").decode()
        assert 'orientation="landscape"' in sheet
        if name != "Summary":
            assert 'ySplit="1"' in sheet
            assert 'state="frozen"' in sheet
            assert "<autoFilter" in sheet
    assert read.files.read("xl/workbook.xml").decode().count("_xlnm.Print_Titles") == len(read.names) - 1


def test_the_same_result_gives_the_same_bytes(varied):
    result, read = varied
    assert encode_workbook(result) == read.content
    again = burncast.simulate(SCENARIO, 2000, seed=7, variants=True, threads=1)
    assert encode_workbook(again) == read.content


def below(rows, heading):
    """The table under a heading of the first sheet: its rows up to an empty one, without empty cells at their ends."""
    first = [row[0] for row in rows].index(heading) + 1
    table = list(itertools.takewhile(lambda row: row[0] != "", rows[first:]))
    return [list(itertools.takewhile(lambda cell: cell != "", row)) for row in table]


def test_variants_stand_beside_each_other_on_the_first_sheet(varied):
    result, read = varied
    rows = read.rows("Summary")
    head, *found = below(rows, "Out of money by")
    assert head == ["variant", "Jun 2024", "Aug 2024"]
    expected = [result["ruin_probability"].sel(variant=name, period=[6, 8]).values for name in ("base", "-lean")]
    assert [row[0] for row in found] == ["base", "-lean"]
    np.testing.assert_allclose([row[1:] for row in found], expected, rtol=SIXTEEN_DIGITS)
    head, *found = below(rows, "How long the money lasts, in months")
    assert head == ["variant", "5 % ruined", "25 % ruined", "50 % ruined", "75 % ruined", "95 % ruined"]
    known = result["runway"].sel(variant="-lean", quantile=[0.05, 0.25, 0.5, 0.75, 0.95]).values
    assert found[1][1:] == ["> 8 months" if np.isinf(one) else one for one in known]
    head, *found = below(rows, "Funding that lasts")
    assert (head[0], head[-1]) == ("variant", "unit")
    known = result["funding_need"].sel(variant="base", quantile=[0.5, 0.8, 0.9, 0.95, 0.99])
    np.testing.assert_allclose(found[0][1:-1], known, rtol=SIXTEEN_DIGITS)


def test_long_tables_of_the_first_sheet_have_their_headings_on_each_page():
    result = stack({f"v{number}": forecast(keep=0, count=5) for number in range(20)})
    read = Read(encode_workbook(result))
    rows = read.rows("Summary")
    starts = [at for at, row in enumerate(rows) if str(row[0]).startswith("After 6 months")]
    assert len(starts) == 2
    assert rows[starts[0] + 1] == rows[starts[1] + 1]
    assert sum(bool(re.fullmatch(r"v\d+", str(row[0]))) for row in rows[starts[0] :]) == 20 * 3
    # A page begins with the blank row above a heading's own.
    breaks = [int(at) for at in re.findall(r'<brk id="(\d+)"', read.xml("Summary"))]
    assert starts[1] in breaks


def test_pages_are_as_wide_as_their_tables(simple, varied):
    """A4 turned has 277 mm between its margins; LibreOffice takes 7.4 pixels for a character of 10 points."""
    for _, read in (simple, varied):
        for name in read.names:
            text = read.xml(name)
            scale = int(re.search(r'<pageSetup[^>]* scale="(\d+)"', text)[1]) / 100
            table = (
                int(re.search(r'<brk id="(\d+)"[^>]* man="1"/></colBreaks>', text)[1]) if "colBreaks" in text else 99
            )
            widths = re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', text)
            pixels = sum(
                7.4 * float(width) * (min(int(last), table) - int(first) + 1)
                for first, last, width in widths
                if int(first) <= table
            )
            assert scale * pixels * 25.4 / 96 <= 277, name
            assert scale >= 0.5, "it can be read"


def test_charts_are_not_in_each_others_way(simple):
    _, read = simple
    for name, number in (("Summary", 2), ("users", 2)):
        text = read.files.read(
            "xl/drawings/" + re.search(r"drawings/(drawing\d+\.xml)", read.relations(name))[1]
        ).decode()
        corners = [
            tuple(int(value) for value in re.findall(r"<xdr:(?:col|colOff|row|rowOff)>(\d+)<", corner))
            for corner in re.findall(r"<xdr:(?:from|to)>(.*?)</xdr:(?:from|to)>", text)
        ]
        assert len(corners) == 2 * number
        (_, first), (second, _) = corners[:2], corners[2:]
        beside = first[:2] < second[:2]
        under = first[2:] < second[2:]
        assert beside if name == "Summary" else under
        assert all(corner[3] > 0 or corner[2] > 1 for corner in corners), "nothing of it on the row that is repeated"


def test_what_charts_alone_need_is_not_printed(simple):
    _, read = simple
    assert re.search(r'<sheet name="Chart data"[^>]* state="hidden"', read.files.read("xl/workbook.xml").decode())
    for name in read.files.namelist():
        if "charts/chart" in name:
            assert '<c:plotVisOnly val="1"' not in read.files.read(name).decode(), "charts show what is hidden"


def test_a_font_of_the_same_widths_everywhere(simple):
    fonts = re.search(r"<fonts.*</fonts>", simple[1].files.read("xl/styles.xml").decode())[0]
    assert set(re.findall(r'<name val="([^"]+)"', fonts)) == {"Arial"}
    assert "<scheme" not in fonts


@pytest.mark.parametrize(
    ("scale", "shown"), [(1e12, "1.235tn"), (1e9, "1.235bn"), (1e6, "1,234,567"), (0.01, "0.0123")]
)
def test_amounts_are_read_at_a_glance(scale, shown):
    cash = np.full((20, 4), 1.234567 * scale)
    table = quantity_table(Forecasts.of(to_dataset(known_simulation({"cash": cash}))), "cash")
    column = table.columns[table.place("p50")]
    assert as_shown(column.cells[0], column.number_format) == shown


def test_a_quantity_looks_the_same_in_all_variants():
    """Of a billion and of a thousand times as much."""
    both = {name: to_dataset(known_simulation({"cash": np.full((20, 4), size)})) for name, size in SIZES.items()}
    column = horizon_table(Forecasts.of(stack(both))).columns[-3]
    assert column.cells == list(SIZES.values())
    assert len(set(column.looks)) == 1


def test_rows_are_as_high_as_their_texts():
    assert [cell_lines(text, 10) for text in ("short", "two lines of", "a " + 25 * "b", "ab\ncd", 7.0)] == [
        1,
        2,
        4,
        1,
        1,
    ]
    assert cell_lines("a " + 25 * "b" + " c", 10) == 4, "a long word begins a line of its own"


def test_long_names_leave_room_for_lines():
    result = stack({f"{LONG}_{number}": forecast(keep=0, count=5) for number in range(8)})
    read = Read(encode_workbook(result))
    names = [name for _, name, _, _ in read.charts("Ruin by period")[0][1]]
    assert names == [f"a_name_of_…and_no_more_{number}" for number in range(8)]
    chart = next(name for name in read.files.namelist() if "charts/chart1" in name)
    assert '<c:legendPos val="r"/><c:layout>' in read.files.read(chart).decode()


SIZES = {"base": 1e9, "large": 1e12}
LONG = "a_name_of_a_quantity_that_takes_sixty_characters_and_no_more"


def named(name):
    paths = {"cash": falling_cash(20, 3), name: np.ones((20, 4)), f"{name[:-1]}z": np.ones((20, 4))}
    return to_dataset(known_simulation(paths, title="x" * 400 + "&"))


@pytest.mark.parametrize("level", [0.02, 7.5, 900.0, 1e6, 4.5e7, 8e9, 3e12])
@pytest.mark.parametrize("share", [2.0, 0.1, 1e-3, 1e-6])
def test_marks_of_an_axis_that_differ_look_different(level, share):
    look = axis_format([level, level * (1 + share)])
    decimals = re.search(r"\.([0#]+)", look)
    scaled = re.search(r'(,+)"', look)
    shown = 1000.0 ** len(scaled[1] if scaled else "") / 10.0 ** len(decimals[1] if decimals else "")
    assert shown <= level * share / 10 * (1 + 1e-9)


def test_small_standard_errors_of_large_numbers_are_seen():
    cash = 1e6 + np.random.default_rng(1).normal(0, 0.5, (400, 3))
    table = quantity_table(Forecasts.of(to_dataset(known_simulation({"cash": cash}))), "cash")
    looks = {column.heading: column.number_format for column in table.columns}
    # Of 400 trajectories with a standard deviation of 0.5: 0.025.
    found = [looks[heading] for heading in ("mean", "standard error", "sd", "p50")]
    assert found == ["#,##0", "0.0000", "0.000", "#,##0"]


def test_more_rows_than_a_sheet_has_are_refused():
    import xlsxwriter

    with xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True}) as workbook:
        table = SheetTable((Column("x", range(2**20)),))
        with pytest.raises(burncast.InputError, match=r"cash takes 1,048,576 rows, of which .*; expected CSV or"):
            write_sheet(Book(workbook, ""), "cash", table)


def test_names_that_no_sheet_may_have():
    assert len(LONG) == 60
    for name in (LONG, "summary", "History"):
        names = Read(encode_workbook(named(name))).names
        assert len({one.lower() for one in names}) == len(names) == 10
        assert all(0 < len(one) <= 31 and not re.search(r"[\[\]:*?/\\]", one) for one in names)
        assert "history" not in {one.lower() for one in names}


EXTREME = {
    "never ruined": lambda: known_simulation({"cash": np.full((20, 7), 1e13)}),
    "always ruined": lambda: known_simulation({"cash": np.full((20, 7), -0.01)}),
    "one period": lambda: known_simulation({"cash": falling_cash(20, 1)}),
    "one trajectory": lambda: known_simulation({"cash": falling_cash(1, 6)}),
    "no dates": lambda: known_simulation({"cash": falling_cash(20, 6)}, start=None),
    "no ruin": lambda: known_simulation({"cash": falling_cash(20, 6)}, ruin=False),
    "nothing tracked but users": lambda: known_simulation({"users": np.ones((20, 3))}, ruin=False),
    "before Excel": lambda: known_simulation({"cash": falling_cash(20, 6)}, start=datetime.date(1850, 1, 1)),
    "weeks": lambda: known_simulation({"cash": falling_cash(20, 6)}, step="week"),
}


@pytest.mark.parametrize("make", EXTREME.values(), ids=EXTREME.keys())
def test_extremes_make_workbooks(make):
    result = to_dataset(make())
    read = Read(encode_workbook(result))
    name = next(name for name in ("cash", "users") if name in result)
    assert read.column(name, "p50") == pytest.approx(result[name].sel(quantile=0.5).values, rel=SIXTEEN_DIGITS, abs=0)
    for sheet in ("Summary", name):
        for _, series in read.charts(sheet):
            assert all(np.issubdtype(values.dtype, np.number) for *_, values in series)


def test_dates_before_excel_are_texts():
    read = Read(encode_workbook(to_dataset(EXTREME["before Excel"]())))
    assert read.column("cash", "date")[:2] == ["1849-12-31", "1850-01-31"]


def test_few_quantiles_and_many_lines():
    result = to_dataset(known_simulation({"cash": falling_cash(20, 6)}), quantiles=[0.2, 0.9])
    assert [title for title, _ in Read(encode_workbook(result)).charts("cash")] == ["Cash: means"]
    many = stack({f"v{number}": forecast(keep=0, count=5).drop_dims("product") for number in range(14)})
    title, curves = Read(encode_workbook(many)).charts("Ruin by period")[0]
    assert (len(curves), title) == (12, "Probability of having run out of money (the first 12 of 14)")


def test_a_variant_called_like_a_cell_is_no_reference():
    called = "=cmd|' /C calc'!A0"
    two = stack({called: forecast(keep=0), "Summary!$B$2": forecast(keep=0)})
    read = Read(encode_workbook(two))
    assert read.column("cash", "variant")[0] == called
    for sheet, number in (("Ruin by period", 0), ("cash", 1)):
        assert [name for _, name, _, _ in read.charts(sheet)[number][1]] == ["=cmd|' /C calc'! A0", "Summary! $B$2"]
    assert read.charts("cash")[0][0] == "Cash, USD · =cmd|' /C calc'! A0"


def test_variants_of_different_length():
    read = Read(encode_workbook(variants()))
    named = [name for _, name, _, _ in read.charts("users")[1][1]]
    assert named == ["base, =free", "base, plüs", "@war, =free", "@war, plüs"]
    assert read.column("cash", "variant") == ["base"] * 7 + ["@war"] * 5
