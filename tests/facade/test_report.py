"""The report: what it says is the forecast's, its page stands alone, and nothing in a scenario escapes into it."""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from scipy.stats import norm
from typer.testing import CliRunner

import burncast
from burncast import investigating
from burncast.cli import app
from burncast.distributions.errors import InputError
from burncast.engine.inputs.law_pictures import picture_of_sample
from burncast.engine.language.expressions import parse
from burncast.engine.questions.ruin_band import ruin_band
from burncast.engine.scenario import load
from burncast.engine.statistics.paired_differences import paired_difference
from burncast.investigating import investigate
from burncast.outputs.assumptions.rows import law_of, partners_of
from burncast.outputs.charts import sparklines
from burncast.outputs.charts.canvas import Canvas
from burncast.outputs.charts.chart_style import COLOURS, DARK, GREY, INK, TimeAxis
from burncast.outputs.report import charts
from burncast.outputs.report.assumptions import dependence_of
from burncast.outputs.report.blocks import Chart, Heading, Line, Section, Teller, Text, TextTable
from burncast.outputs.report.content import report_sections
from burncast.outputs.report.contradictions import tell_contradictions
from burncast.outputs.report.findings import Findings, Request
from burncast.outputs.report.html import report_page
from burncast.outputs.report.pdf import report_pdf
from burncast.outputs.words.language import NARROW, NO_BREAK, language

STARTUP = {
    "scenario": {"title": "A <script>alert(1)</script> & co", "periods": 24, "start": "2024-01", "currency": "USD"},
    "inputs": {
        "burn": {"value": "lognormal(mean=1e6, sd=2e5)", "unit": "USD/month", "source": '<script>x</script> and "y"'},
        "growth": {"value": "normal(mean=0.02, sd=0.01)", "note": "</style><script>z</script>"},
        "opening": {"value": "12e6 to 20e6", "unit": "USD"},
    },
    "processes": {"demand": "gbm(start=1, drift=growth, volatility=0.4)"},
    "formulas": {"spent": {"value": "burn * demand", "unit": "USD/month"}},
    "stocks": {"cash": {"start": "opening", "next": "cash - spent", "unit": "USD"}},
    "correlations": [{"between": ["burn", "growth"], "rho": 0.4}],
    "ruin": {"when": "cash < 0", "need": "-cash"},
    "variants": {"dear": {"inputs": {"burn": {"value": "lognormal(mean=1.3e6, sd=2e5)", "unit": "USD/month"}}}},
}


class Page(HTMLParser):
    """What is in a page: tags with attributes in order, and the text inside each kind of element."""

    VOID = ("meta", "link", "br", "wbr", "rect", "path", "use")

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text, self.svgs = [], [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "svg":
            self.svgs.append([])
        if self.svgs and "svg" in self.open:
            self.svgs[-1].append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in self.open:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.text.setdefault(self.open[-1], []).append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def write(tmp_path, scenario, **options):
    path = tmp_path / "report.html"
    burncast.report(scenario, path, **{"trajectories": 4096, "seed": 7, **options})
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found():
    """The scenario above, looked into once."""
    return investigate(load(STARTUP), Request(None, 4096, 7, "en", True, "report.html"))


@pytest.fixture(scope="module")
def sections(found):
    return report_sections(found)


@pytest.fixture(scope="module")
def english(found, sections):
    return report_page(found, sections)


@pytest.fixture(scope="module")
def french(found):
    """The same, but for the reasons, the variants and a chart, in French."""
    asked = dataclasses.replace(found.request, language="fr", why=False)
    return report_page(dataclasses.replace(found, request=asked, frontier=None, runs={"base": found.base}))


@pytest.fixture(scope="module")
def pdf(found, sections):
    pytest.importorskip("typst", reason="the extra pdf is not installed")
    return report_pdf(found, sections)


@pytest.fixture(params=["english", "french"])
def page(request):
    return request.getfixturevalue(request.param)


def test_the_sentence_says_what_the_forecast_does(english):
    words = language("en")
    forecast = burncast.simulate(STARTUP, 4096, 7)
    probability = forecast["ruin_probability"].values
    last, error = probability[-1], forecast["ruin_probability_se"].values[-1]
    half = words.date(load(STARTUP).dates()[int(np.argmax(probability >= last / 2))], "month")
    said = f"{100 * last:.1f} % ± {100 * error:.1f}".replace(" ", NO_BREAK)
    assert (
        f">{said} chance of running out of money by December 2025; "
        f"half of those futures run out by {half}; USD{NO_BREAK}"
    ) in english
    need = float(forecast["funding_need"].sel(quantile=0.95))
    assert f"{words.money(need, 'USD')} more in hand would have carried" in english


def test_the_extra_funding_does_what_is_said(english):
    found = re.search(r"; USD.([\d.]+)M more at the start brings it to 5.%\.<", english)
    ends = re.search(r">The amount is known to between USD.([\d.]+)M and USD.([\d.]+)M \(95.% confidence\)", english)
    amount, low, high = (1e6 * float(figure) for figure in (*found.groups(), *ends.groups()))
    assert low < amount < high
    richer = {**STARTUP, "stocks": {"cash": {**STARTUP["stocks"]["cash"], "start": f"opening + {amount}"}}}
    left = float(burncast.simulate(richer, 4096, 7)["ruin_probability"][-1])
    assert abs(left - 0.05) < 0.005


def test_the_page_is_well_formed_and_in_order(page):
    read = Page(page)
    assert not read.open
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert len(read.all("section")) == len(read.all("a")) - 1 >= 4
    identities = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(identities) == len(set(identities))
    named = {name for _, attributes in read.tags for name in attributes.get("aria-labelledby", "").split()}
    assert named <= set(identities)
    assert {link["href"][1:] for link in read.all("a")} <= set(identities)


def test_tables_have_captions_and_heads_with_a_scope(page):
    read = Page(page)
    assert len(read.all("table")) == len(read.all("caption")) > 5
    assert read.all("th")
    assert all(head.get("scope") in ("col", "row") for head in read.all("th"))


def test_every_picture_says_what_it_shows(page):
    read = Page(page)
    assert len(read.svgs) > 10
    assert all(inside[:2] == ["title", "desc"] for inside in read.svgs)
    assert all(picture["role"] == "img" and "viewbox" in picture for picture in read.all("svg"))
    assert not read.all("image"), "a picture was rasterised"


def test_the_page_asks_for_nothing_and_runs_nothing(page):
    read = Page(page)
    assert len(page.encode()) < 2_000_000
    assert not read.all("script")
    assert not [attributes for _, attributes in read.tags if "src" in attributes or "onload" in attributes]
    links = [attributes[key] for _, attributes in read.tags for key in ("href", "xlink:href") if key in attributes]
    assert all(link.startswith("#") or link == "data:," for link in links)
    assert "@import" not in page
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", page))
    assert "default-src 'none'" in page


def test_what_a_scenario_says_is_escaped(page):
    assert "<script" not in page
    assert page.count("</style>") == 1
    assert "A &lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in page
    for said in ("&lt;script&gt;x&lt;/script&gt; and &#34;y&#34;", "&lt;/style&gt;&lt;script&gt;z&lt;/script&gt;"):
        assert said in page.replace("<wbr>", "")


def test_every_assumption_is_there(page):
    read = Page(page)
    rows = [text for text in read.text["th"] if text.strip()]
    for name in ("burn", "growth", "opening", "demand", "spent", "cash"):
        assert name in rows
    assert f"(ρ{NO_BREAK}={NO_BREAK}0" in page
    assert ">12e6 to 20e6<" in page


def test_it_says_how_to_repeat_it(english, french):
    digest = load(STARTUP).sha256
    assert digest in english
    assert digest in french
    assert "burncast report scenario.toml -o report.html -n 4096 --seed 7<" in english
    assert "burncast report scenario.toml -o report.html -n 4096 --seed 7 --lang fr --no-why<" in french


def test_the_same_request_gives_the_same_page_but_for_the_time(tmp_path):
    written = [write(tmp_path, DEGENERATE["no_ruin"], threads=count, force=True) for count in (1, 2)]
    pages = [re.sub(r"[\d.]+\ss</td>", "", text) for text in written]
    assert pages[0] == pages[1]


def flat(cash, burn="1", **more):
    return {
        "scenario": {"periods": 6},
        "inputs": {"burn": burn},
        "stocks": {"cash": {"start": cash, "next": "cash - burn"}},
        "ruin": {"when": "cash < 0", "need": "-cash"},
        **more,
    }


LONG = "a_name_of_sixty_characters_that_an_analyst_might_really_write"
ALWAYS = {
    "scenario": {"periods": 6},
    "dimensions": {"product": [f"product_{number}" for number in range(30)]},
    "inputs": {"share": {"value": "uniform(0.1, 0.3)", "over": "product"}},
    "stocks": {
        "cash": {"start": 9, "next": "cash - sum(share) * period / 3"},
        "sold": {"start": 0, "next": "sold + share", "over": "product"},
    },
    "ruin": {"when": "cash < 0", "need": "-cash"},
}
LONG_TRILLIONS = {
    "scenario": {"title": "A title of more than sixty characters, as long as that of a bank's report", "periods": 12},
    "inputs": {LONG: "uniform(0.5e12, 1.5e12)", f"{LONG}_too": 0},
    "stocks": {f"{LONG}_cash": {"start": 12e12, "next": f"{LONG}_cash - {LONG} + {LONG}_too"}},
    "ruin": {"when": f"{LONG}_cash < 0", "need": f"-{LONG}_cash"},
    "variants": {LONG: {"inputs": {LONG: 1.2e12}}, f"{LONG}_as_well": {"inputs": {LONG: 0.9e12}}},
}
NOTHING = {"scenario": {"periods": 1}, "inputs": {"cost": 1}, "formulas": {"spent": "2 * cost"}}
DEGENERATE = {
    "never": flat(100, "uniform(0.5, 1.5)"),
    "always, of thirty elements": ALWAYS,
    "one period, of cents": {
        **flat(0.01, "normal(mean=0.01, sd=0.005)"),
        "scenario": {"periods": 1, "step": "week", "start": "2024-03-04"},
    },
    "no_ruin": {key: value for key, value in flat(3, "normal(mean=1, sd=0.5)").items() if key != "ruin"},
    "no_inputs": {
        "scenario": {"periods": 12},
        "processes": {"noise": "iid(normal(mean=1, sd=3))"},
        "stocks": {"cash": {"start": 10, "next": "cash - noise"}},
        "ruin": {"when": "cash < 0"},
    },
    "no_cash": {
        "scenario": {"periods": 12},
        "processes": {"weather": "random_walk(start=0, drift=0, volatility=1)"},
        "formulas": {"gone": "weather < -1"},
        "ruin": {"when": "gone > 0"},
    },
    "long names, trillions": LONG_TRILLIONS,
    "nothing": NOTHING,
}
IN_FRENCH = ("one period, of cents", "long names, trillions")


@pytest.mark.parametrize(("name", "lang"), [(name, "fr" if name in IN_FRENCH else "en") for name in sorted(DEGENERATE)])
def test_scenarios_at_the_edge_make_a_page(tmp_path, name, lang):
    why = name in ("no_inputs", "no_ruin", "nothing")
    text = write(tmp_path, DEGENERATE[name], trajectories=512, lang=lang, why=why)
    read = Page(text)
    assert not read.open
    assert "nan" not in re.sub(r"<[^>]*>", " ", text).lower().replace("finan", "").split()
    assert "None" not in re.sub(r"<pre.*?</pre>", "", text, flags=re.DOTALL)
    said = {
        "never": "Not one of 512 simulated futures",
        "always, of thirty elements": "Every one of 512 simulated futures",
        "no_ruin": "does not say what running out of money is",
        "one period, of cents": "d’ici au 10 mars 2024",
        "long names, trillions": f"{NO_BREAK}Md",
        "nothing": "tracks no quantity",
    }
    assert said.get(name, "") in text


def test_one_trajectory_makes_a_page(tmp_path):
    text = write(tmp_path, DEGENERATE["long names, trillions"], trajectories=1, why=False)
    assert not Page(text).open
    assert "nan" not in re.sub(r"<[^>]*>", " ", text).split()
    assert re.search(r'class="answer">The one simulated future (runs|does not run) out of money', text)
    assert "more at the start brings it to" not in text, "one future tells nothing of 5 %"


def test_without_ruin_the_value_is_the_answer():
    sections = report_sections(investigate(load(DEGENERATE["no_ruin"]), Request(None, 64, 0, "en", False, "x.html")))
    assert sections[0].blocks[0].look == "answer"
    assert sections[0].blocks[0].text.startswith("Cash: ")
    assert sections[1].title == "Over time"


def test_what_never_happens_has_no_curve():
    sections = report_sections(investigate(load(DEGENERATE["never"]), Request(None, 64, 0, "en", False, "x.html")))
    assert [block.wide.title for block in sections[1].blocks if isinstance(block, Chart)] == ["What becomes of “cash”"]


def test_far_more_than_half_is_told_as_its_share():
    """Ruined in the first period with 80 %, in the second with the rest."""
    scenario = {
        "scenario": {"periods": 2},
        "inputs": {"burn": "discrete(values=[1, 2], weights=[0.2, 0.8])"},
        "stocks": {"cash": {"start": 1.5, "next": "cash - burn"}},
        "ruin": {"when": "cash < 0"},
    }
    found = investigate(load(scenario), Request(None, 1000, 0, "en", False, "x.html"))
    share = round(100 * float(found.base.probability[1]))
    assert f"; {share}{NO_BREAK}% of those futures run out by month 1." in report_sections(found)[0].blocks[0].text


def test_the_amount_is_bounded_on_both_sides():
    """Also where ten per cent more than the greatest amount of the frontier would be needed to bound it."""
    scenario = {
        "scenario": {"periods": 1},
        "inputs": {"burn": "exponential(mean=1)"},
        "stocks": {"cash": {"start": 0, "next": "cash - burn"}},
        "ruin": {"when": "cash < 0", "need": "-cash"},
    }
    more = investigate(load(scenario), Request(None, 1000, 0, "en", False, "x.html")).more
    assert more.low < more.amount < more.high < 1.5 * more.amount
    assert more.amount == pytest.approx(-np.log(0.05), abs=4 * np.sqrt(0.95 / 0.05 / 1000))


@pytest.mark.parametrize(
    ("ruin", "reason"),
    [
        ({"when": "0 < spent", "need": "spent"}, "frontier_no_stock"),
        ({"when": "sum(shelf) < 0", "need": "1"}, "frontier_no_stock"),
        ({"when": "cash < 0"}, "frontier_no_need"),
        ({"when": "cash < 0", "need": "-cash"}, "frontier_unneeded"),
    ],
)
def test_it_says_why_more_money_was_not_tried(ruin, reason):
    scenario = {
        "scenario": {"periods": 2},
        "dimensions": {"store": ["near", "far"]},
        "formulas": {"spent": "1 + period"},
        "stocks": {
            "cash": {"start": 9, "next": "cash - spent"},
            "shelf": {"start": 9, "next": "shelf - spent", "over": "store"},
        },
        "ruin": ruin,
    }
    found = investigate(load(scenario), Request(None, 64, 0, "en", False, "x.html"))
    assert (found.frontier, found.no_frontier) == (None, f"ruin.{reason}")


def test_the_band_is_that_of_a_known_law():
    """Ruined within one period when b + e > 1, b uniform on (0, 1) an input, e normal: P(ruin | b) = Φ((b − 1)/0.5)."""
    from scipy.stats import norm

    scenario = load(
        {
            "scenario": {"periods": 1},
            "inputs": {"b": "uniform(0, 1)"},
            "processes": {"e": "iid(normal(mean=0, sd=0.5))"},
            "stocks": {"cash": {"start": 1, "next": "cash - b - e"}},
            "ruin": {"when": "cash < 0"},
        }
    )
    band = ruin_band(scenario, 7, worlds=64)
    assert band.shape == (2, 3)
    assert band[0].tolist() == [0, 0, 0]
    assert band[1] == pytest.approx(norm.cdf((np.array([0.05, 0.5, 0.95]) - 1) / 0.5), abs=0.04)


def test_there_is_no_band_where_nothing_or_everything_is_an_input():
    assert ruin_band(load(DEGENERATE["never"])) is None
    assert ruin_band(load(DEGENERATE["no_inputs"])) is None


def test_a_file_that_is_there_stays_unless_forced(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("mine")
    with pytest.raises(InputError, match="is there already; --force"):
        burncast.report(NOTHING, path, trajectories=256, why=False)
    assert path.read_text() == "mine"
    burncast.report(NOTHING, path, trajectories=256, why=False, force=True)
    assert "<!DOCTYPE html>" in path.read_text()


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    import errno

    from burncast.outputs.files import store

    def full(path, content):
        path.write_bytes(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "report.html"
    path.write_text("old")
    monkeypatch.setattr(store, "_write_through", full)
    with pytest.raises(InputError, match="No space left on device"):
        burncast.report(NOTHING, path, trajectories=256, why=False, force=True)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_the_command(tmp_path):
    toml = tmp_path / "mine.toml"
    toml.write_text('[scenario]\nperiods = 3\n[inputs]\ncash = 1\n[formulas]\nspent = "cash + 1"\n')
    out = tmp_path / "out.html"
    arguments = ["report", str(toml), "-o", str(out), "-n", "256", "--lang", "fr", "--no-why"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert 'lang="fr"' in out.read_text()
    assert f"burncast report {toml} -o {out} -n 256 --seed 0 --lang fr --no-why" in out.read_text()
    again = CliRunner().invoke(app, arguments)
    assert (again.exit_code, "is there already" in again.output) == (2, True)
    assert CliRunner().invoke(app, [*arguments, "--force"]).exit_code == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (["-o", "{here}"], "it is a folder"),
        (["-o", "{here}/mine.toml/x.html"], "it is a file, not a folder"),
        (["-o", "{here}/x.html", "--lang", "de"], "expected one of en, fr"),
    ],
)
def test_mistakes_are_told_before_anything_runs(tmp_path, change, said):
    toml = tmp_path / "mine.toml"
    toml.write_text('[scenario]\nperiods = 3\n[stocks]\ncash = { start = 1, next = "cash - 1" }\n')
    done = CliRunner().invoke(app, ["report", str(toml), *(word.format(here=tmp_path) for word in change)])
    assert done.exit_code == 2
    assert said in done.output.replace("\n", " ")


UNWRITABLE = """
import os, sys
from pathlib import Path
from burncast.distributions.errors import InputError
from burncast.outputs.files.store import check_file, write_file

if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
path = Path(sys.argv[1])
for ask in (lambda: check_file(path, True), lambda: write_file(path, b"new", True)):
    try:
        ask()
    except InputError as error:
        print(error)
"""


def test_a_folder_that_cannot_be_written_is_told_and_the_old_file_stays():
    """Asked as somebody without rights, also where the tests run as root."""
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder) / "report.html"
        old.write_text("old")
        Path(folder).chmod(0o555)
        done = subprocess.run([sys.executable, "-c", UNWRITABLE, str(old)], capture_output=True, text=True)
        Path(folder).chmod(0o755)
        said = f"cannot write into {folder}: no permission to write in {folder}\n"
        assert (done.stdout, done.stderr) == (2 * said, "")
        assert old.read_text() == "old"
        assert [entry.name for entry in Path(folder).iterdir()] == ["report.html"]


def test_what_is_read_stands_out_from_the_ground():
    """WCAG 2.2, 1.4.3 and 1.4.11: 4.5 to 1 for words, 3 to 1 for what has to be seen in pictures."""
    style = (Path(charts.__file__).parent / "templates" / "report.css").read_text()
    named = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style))
    for words in ("ink", "grey", "blue"):
        assert min(contrast(named[words], ground) for ground in ("#ffffff", named["pale"])) >= 4.5, words
    for colour in (*DARK, INK, GREY):
        assert contrast(colour, "#ffffff") >= 4.5, colour
    for colour in (*COLOURS[:2], sparklines.EARLY, sparklines.RUINED):
        assert contrast(colour, "#ffffff") >= 3, colour
    assert set(re.findall(r"(?<![-\w])color: (?!inherit|scheme)([^;]+);", style)) <= {f"var(--{one})" for one in named}


def test_contrast_is_that_of_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def contrast(one, other):
    """The ratio of relative luminances as WCAG 2.2 defines it."""

    def luminance(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_picture_of_the_answer_counts_as_the_answer_does(found, english):
    picture = english[english.index('aria-labelledby="hundred-title') :].partition("</svg>")[0]
    planned, richer = picture.split("<text")[1:]
    last = float(found.base.probability[-1])
    half = float(found.base.probability[int(np.argmax(found.base.probability >= last / 2))])
    assert planned.count(sparklines.EARLY) == round(100 * half)
    assert planned.count(sparklines.RUINED) == round(100 * last) - round(100 * half)
    assert richer.count(sparklines.RUINED) == 5
    assert planned.count("<rect") == richer.count("<rect") == 100


def test_more_money_that_does_harm_is_told():
    """Half of the futures are saved, but only where cash is below 5: a million more forfeits that."""
    scenario = {
        "scenario": {"periods": 6},
        "inputs": {"burn": "uniform(0.8, 1)", "luck": "bernoulli(0.5)"},
        "stocks": {"cash": {"start": 4, "next": "cash - burn + where(cash < 4.2 and period == 1, 10 * luck, 0)"}},
        "ruin": {"when": "cash < 0", "need": "-cash"},
    }
    found = investigate(load(scenario), Request(None, 1000, 0, "en", False, "x.html"))
    survival = found.frontier["survival"].values[:, -1]
    assert survival[0] > 0.4
    assert survival[1] == 0.0
    told = [block.text for block in report_sections(found)[1].blocks if isinstance(block, Text)]
    amount = language("en").amount(float(found.frontier["amount"][1]))
    saved = language("en").chance(survival[0], float(found.frontier["survival_se"][0, -1]))
    assert any(f"with {amount} more, 0{NO_BREAK}% survive, with 0 it is {saved}," in text for text in told)
    assert any(text.startswith("Counted on the futures as they are") for text in told)


@pytest.mark.parametrize(("law", "logarithmic"), [("uniform(0, 1.2)", False), ("lognormal(mean=1, sd=4)", True)])
def test_a_law_is_drawn_on_a_straight_axis_unless_it_is_very_skew(law, logarithmic):
    """The density of a uniform law is level; that of a very skew lognormal has its top in the middle of its picture."""
    picture = sparklines.density_sparkline(law_of(parse(law)), "law", "title", "words")
    outline = re.findall(r'<path d="M([^"]*)" fill="none"', picture.inside)[0]
    heights = [float(point.split()[1]) for point in outline.split("L")]
    top = heights.index(min(heights))
    assert (len(set(heights[1:-1])) == 1) != logarithmic
    assert (25 < top < 35) == logarithmic


def test_inputs_without_a_law_are_drawn_as_they_come_out(tmp_path):
    """A sum with a known law, to its four standard errors of 2,048 draws; what is known by date, as its course."""
    scenario = {
        "scenario": {"title": "followed", "periods": 12, "start": "2024-01"},
        "inputs": {
            "rate": "normal(mean=100, sd=10)",
            "both": "2 * rate + 50",
            "seats": {"schedule": {"2024-01": 40, "2024-07": 50}},
        },
        "stocks": {"cash": {"start": "both", "next": "cash - seats"}},
    }
    html = write(tmp_path, scenario, why=False)
    law = norm(250, 20)
    said = dict.fromkeys(re.findall(r"median ([\d.]+), nine in ten ([\d.]+) to ([\d.]+)", html))
    median, low, high = (float(one) for one in list(said)[1])
    for found, p in ((median, 0.5), (low, 0.05), (high, 0.95)):
        spread = np.sqrt(p * (1 - p) / 2048) / law.pdf(law.ppf(p))
        assert found == pytest.approx(law.ppf(p), abs=4 * spread + 0.5)
    assert 'aria-labelledby="law-both-0-title' in html
    assert 'aria-labelledby="law-seats-0-title' in html
    assert "from 40 to 50" in html


@pytest.mark.parametrize("written", ["1 to 200", "100 to 200", "normal(mean=-1, sd=2)"])
def test_a_sample_is_drawn_as_its_law_is(written):
    """The same top and the same middle half, on a straight axis and on a logarithmic one."""
    law = law_of(parse(written))
    tops, halves = [], []
    for picture in (
        sparklines.density_sparkline(law, "law", "title", "words"),
        sparklines.sample_sparkline(picture_of_sample(law.quantile(np.linspace(0, 1, 20_001)[1:-1])), "law", "", ""),
    ):
        outlines = [
            np.array([[float(number) for number in point.split()] for point in outline.split("L")])
            for outline in re.findall(r'<path d="M([^"Z]*)Z?" fill="#', picture.inside)
            + re.findall(r'<path d="M([^"]*)" fill="none"', picture.inside)
        ]
        line, middle = outlines[-1], outlines[1]
        tops.append(line[line[:, 1].argmin(), 0])
        halves.append((middle[:, 0].min(), middle[:, 0].max()))
    assert tops[0] == pytest.approx(tops[1], abs=6)
    assert halves[0] == pytest.approx(halves[1], abs=4)


def test_marks_of_equal_needs_do_not_overlap():
    words = language("en")
    canvas = Canvas(words, TimeAxis((), 6, "month"), "USD")
    figure = charts.need(canvas, np.array([0.5, 0.8, 0.9, 0.95, 0.99]), np.full(5, 24.9e6), [0, 1, 2, 3, 4])
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) >= 2
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


def test_names_that_begin_alike_stay_apart():
    curves = {f"{LONG} {end}": np.linspace(0, 0.5, 7) for end in ("base", "dear")}
    canvas = Canvas(language("en"), TimeAxis((), 6, "month"), "USD")
    said = [text.get_text() for text in charts.ruin_curves(canvas, curves, ["50 %", "50 %"]).axes[0].texts]
    assert len(set(said)) == 2


def test_shares_are_those_of_the_sensitivity(found, english):
    """The scenario correlates inputs: Shapley effects, which add up to one."""
    known = burncast.sensitivity(STARTUP, method="shapley", trajectories=4096, seed=7)
    shares = found.shares
    assert shares["effect"].values.tolist() == known["effect"].values.tolist()
    assert float(shares["effect"].sum()) == pytest.approx(1)
    first = known.isel(source=0)
    share, low, high = (round(100 * float(first[f"effect{end}"])) for end in ("", "_low", "_high"))
    said = f"accounts for {share}{NO_BREAK}% of the variance of whether money runs out by December 2025 ({low}"
    assert f"“{first['source'].item()}” {said}{NO_BREAK}% to {high}{NO_BREAK}%" in english


def test_independent_sources_have_sobol_indices():
    scenario = load(
        {
            "scenario": {"periods": 1},
            "inputs": {"a": "normal(0, 3)", "b": "normal(0, 4)"},
            "stocks": {"cash": {"start": 0, "next": "a + b"}},
        }
    )
    found = investigate(scenario, Request(None, 4096, 7, "en", True, "x.html"))
    assert found.shares["first_order"].sel(source=["a", "b"]).values == pytest.approx([0.36, 0.64], abs=0.05)
    told = {block.caption: block for block in report_sections(found)[2].blocks if isinstance(block, TextTable)}
    table = told["Where the uncertainty comes from"]
    assert [row[0] for row in table.rows] == ["b", "a"]
    assert table.rows[0][2] == f"{round(100 * float(found.shares['first_order'][0]))}{NO_BREAK}%"


def test_a_variant_differs_by_pairs_of_futures(found, english):
    """Against the paths themselves, future by future."""
    ruined = {}
    for name, scenario in {"base": load(STARTUP), "dear": load(STARTUP).variants["dear"]}.items():
        paths = burncast.simulate(scenario, 4096, 7, keep_paths=4096)["paths_cash"].values
        ruined[name] = (paths < 0).any(axis=1).astype(float)
    apart = ruined["dear"] - ruined["base"]
    difference = found.differences["dear"]
    assert difference.value == pytest.approx(apart.mean(), abs=1e-12)
    assert difference.standard_error == pytest.approx(apart.std(ddof=1) / 64, rel=1e-12)
    alone = np.hypot(*(one.std(ddof=1) / 64 for one in ruined.values()))
    assert difference.standard_error < 0.9 * alone
    places = f"{100 * difference.standard_error:.1f}"
    said = f"{100 * apart.mean():+.1f} ± {places} points".replace(" ", NO_BREAK)
    assert f">{said}<" in english


def test_groups_of_particles_tell_the_error_of_a_difference():
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=(2, 160))
    means = (other - one).reshape(10, 16).mean(axis=0)
    assert paired_difference(one, other, 16) == pytest.approx(((other - one).mean(), means.std(ddof=1) / 4), rel=1e-12)


def test_degrees_of_freedom_are_told_in_the_language():
    """What a quantity moves with is told of each member, for the other one."""
    tied = {"between": ["burn", "growth"], "rho": -0.4, "copula": "t", "df": 4}
    found = Findings(load({**STARTUP, "correlations": [tied]}), Request(None, 64, 0, "en", False, ""), {})
    told = [dependence_of(Teller(found, language(code)), "burn")[0].replace(NO_BREAK, " ") for code in ("en", "fr")]
    assert told == [
        "growth (ρ = −0.4; t with 4 degrees of freedom)",
        f"growth (ρ = −0,4{NARROW}; t à 4 degrés de liberté)",
    ]


def test_members_that_a_matrix_keeps_apart_do_not_move_together():
    tied = {"between": ["one", "two", "three"], "matrix": [[1, 0.4, 0], [0.4, 1, 0.3], [0, 0.3, 1]]}
    inputs = dict.fromkeys(tied["between"], "normal(mean=1, sd=0.1)")
    scenario = load({"scenario": {"periods": 2}, "inputs": inputs, "correlations": [tied]})
    assert [(partner.member, partner.rho) for partner in partners_of(scenario, "one")] == [("two", 0.4)]
    assert [partner.member for partner in partners_of(scenario, "two")] == ["one", "three"]


def test_figures_that_contradict_each_other_are_told():
    """(540 − 500) / √(3² + 4²) = 8 standard errors; a point is no figure of a source, and 4 errors of 3 overlap."""
    told = {
        "scenario": {"periods": 1, "currency": "USD"},
        "inputs": {
            "loss": {"value": "mixture(normal(540, 3), normal(500, 4), weights=[0.6, 0.4])", "unit": "USD"},
            "penalty": "mixture(0, normal(10, 1))",
            "close": "mixture(normal(10, 3), normal(14, 3))",
        },
        "stocks": {"cash": {"start": 0, "next": "loss + penalty + close"}},
    }
    found = Findings(load(told), Request(None, 64, 0, "en", False, ""), {})
    blocks = tell_contradictions(Teller(found, language("en")))
    table = next(block for block in blocks if isinstance(block, TextTable))
    assert table.rows == [
        [
            "loss, USD",
            f"540{NO_BREAK}±{NO_BREAK}3 (weight 60{NO_BREAK}%)",
            f"500{NO_BREAK}±{NO_BREAK}4 (weight 40{NO_BREAK}%)",
            "8 standard errors, a ratio of 1.08",
        ]
    ]


def test_sources_of_a_posterior_that_disagree_are_told(tmp_path):
    rows = [
        {"figure": "revenue, 2024", "said": "5 ± 1", "distance": 0.2, "share": 0.97, "source": "A", "strains": False},
        {"figure": "revenue, 2024", "said": "9 ± 1", "distance": 3.6, "share": 0.03, "source": "B", "strains": True},
        {"figure": "cash, 2024", "said": "1 ± 1", "distance": 0.1, "share": 1.0, "source": "A", "strains": False},
    ]
    (tmp_path / "posterior.json").write_text(json.dumps({"sha256": "abc", "observations": rows}))
    saved = SimpleNamespace(particles=object(), file=str(tmp_path / "posterior.toml"), sha256="abc")
    assert investigating.observed(saved) == rows[:2]
    assert investigating.observed(SimpleNamespace(**{**vars(saved), "sha256": "other"})) == []
    found = Findings(load(NOTHING), Request(None, 64, 0, "en", False, ""), {}, observed=rows[:2])
    table = tell_contradictions(Teller(found, language("en")))[-1]
    assert table.rows[1] == ["revenue, 2024", "9 ± 1", "+3.6, strains", f"3{NO_BREAK}%", "B"]


def test_a_wide_table_becomes_cards_on_a_phone(english):
    read = Page(english)
    wide = [attributes for attributes in read.all("table") if "cards" in attributes["class"]]
    assert wide
    assert all("data-head" in cell for cell in read.all("td"))


@pytest.fixture(scope="module")
def tree(pdf):
    """The structure of the PDF: (kind, alternative text) of every element, in the order in which it is read."""
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")

    def walk(element):
        element = element.get_object()
        if isinstance(element, list):
            for one in element:
                yield from walk(one)
        elif isinstance(element, dict) and "/S" in element:
            yield element["/S"][1:], element.get("/Alt")
            yield from walk(element.get("/K", []))

    root = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    return root, list(walk(root["/StructTreeRoot"]["/K"]))


def test_the_pdf_is_declared_accessible_with_title_and_language(tree):
    root, _ = tree
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = root["/Metadata"].get_data().decode()
    assert "pdfuaid" in metadata
    assert "A &lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in metadata


def test_the_structure_of_the_pdf_is_that_of_the_page(english, sections, tree):
    _, elements = tree
    read = Page(english)
    kinds = [kind for kind, _ in elements]
    levels = [int(kind[1]) for kind in kinds if re.fullmatch("H[1-6]", kind)]
    assert levels == [int(tag[1]) for tag, _ in read.tags if re.fullmatch(r"h[1-6]", tag)]
    tables = [block for section in sections for block in section.blocks if isinstance(block, TextTable)]
    assert kinds.count("Table") == len(tables)
    assert kinds.count("TH") == sum(len(table.columns) for table in tables)
    assert kinds.count("TD") == sum(len(row) for table in tables for row in table.rows)


def test_every_picture_of_the_pdf_says_what_it_shows(sections, tree):
    charts = [block.wide for section in sections for block in section.blocks if isinstance(block, Chart)]
    cells = [
        cell
        for section in sections
        for block in section.blocks
        if isinstance(block, TextTable)
        for row in block.rows
        for cell in row
        if not isinstance(cell, str)
    ]
    pictures = charts + [line.picture for cell in cells for line in cell if line.picture]
    told = sorted(alt for kind, alt in tree[1] if alt)
    assert told == sorted(f"{picture.title}. {picture.description}" for picture in pictures)


def test_the_pdf_says_what_the_page_says(pdf, sections):
    """Every paragraph and every figure of a table, in order; blanks and places to break aside."""
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    said = plain("".join(page.extract_text() for page in reader.pages))
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Text | Heading):
                assert plain(block.text)[:60] in said, block.text
            if isinstance(block, TextTable):
                for row in block.rows:
                    for cell in row:
                        if isinstance(cell, str) and len(cell) < 14:
                            assert plain(cell) in said, cell


def plain(text):
    return re.sub(r"[\s\u200b]+", "", text)


def test_the_same_report_gives_the_same_pdf(found, sections, pdf):
    assert report_pdf(found, sections) == pdf


def test_a_long_name_in_bold_ends_before_the_next_column(found):
    """Beside two columns that want all the room; its width is that of the same font, which matplotlib has too."""
    pytest.importorskip("typst", reason="the extra pdf is not installed")
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    picture = sparklines.density_sparkline(law_of(parse("normal(mean=0, sd=1)")), "law", "a law", "its range")
    row = ["breakthroughs", [Line("jumps(rate=1) + 1 " * 5, "code")], [Line("", picture=picture)], "", "a word " * 20]
    table = TextTable("", ["name", "value", "picture", "unit", "source"], [row] * 3, stacking=True, last_words=True)
    written = report_pdf(found, [Section("all", "All", [table])])
    seen = []

    def visit(text, moved, matrix, _, size):
        seen.append((text.strip(), moved[4] + moved[0] * matrix[4], size))

    pypdf.PdfReader(io.BytesIO(written)).pages[0].extract_text(visitor_text=visit)
    text, left, size = next(one for one in seen if one[0] == "breakthroughs")
    beside = min(x for said, x, _ in seen if said.replace("\u200b", "").startswith("jumps("))
    bold = FontProperties(family="DejaVu Sans", weight="bold")
    assert left + TextPath((0, 0), text, size=size, prop=bold).get_extents().width < beside


def test_a_character_that_no_font_has_still_makes_a_pdf():
    pytest.importorskip("typst", reason="the extra pdf is not installed")
    strange = {**NOTHING, "scenario": {"periods": 1, "title": "= \U0001fbf9 #pagebreak() *not bold* \U000e0041"}}
    written = report_pdf(investigate(load(strange), Request(None, 16, 0, "fr", False, "x.pdf")))
    assert written.startswith(b"%PDF-")


def test_a_pdf_without_the_extra_is_told_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    for options in ({"path": tmp_path / "a.html", "pdf": True}, {"path": tmp_path / "a.PDF"}):
        with pytest.raises(InputError, match=r'pip install "burncast\[pdf\]"'):
            burncast.report(NOTHING, **options)
    assert not list(tmp_path.iterdir())


def test_page_and_pdf_are_written_together(tmp_path):
    pytest.importorskip("typst", reason="the extra pdf is not installed")
    burncast.report(NOTHING, tmp_path / "a.html", trajectories=16, why=False, pdf=True)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.html", "a.pdf"]
    assert "--pdf" in (tmp_path / "a.html").read_text()
    with pytest.raises(InputError, match="is there already"):
        burncast.report(NOTHING, tmp_path / "a.pdf", trajectories=16, why=False)
