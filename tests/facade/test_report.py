"""The report: what it says is the forecast's, its page stands alone, and nothing in a scenario escapes into it."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from typer.testing import CliRunner

import burncast
from burncast.cli import app
from burncast.distributions.errors import InputError
from burncast.engine.ruin_band import ruin_band
from burncast.engine.scenario import load
from burncast.outputs.language import NO_BREAK, language

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
def english(tmp_path_factory):
    return write(tmp_path_factory.mktemp("en"), STARTUP)


@pytest.fixture(scope="module")
def french(tmp_path_factory):
    return write(tmp_path_factory.mktemp("fr"), STARTUP, lang="fr", why=False)


@pytest.fixture(params=["english", "french"])
def page(request):
    return request.getfixturevalue(request.param)


def test_the_sentence_says_what_the_forecast_does(english):
    words = language("en")
    forecast = burncast.simulate(STARTUP, 4096, 7)
    probability = forecast["ruin_probability"].values
    last, error = probability[-1], forecast["ruin_probability_se"].values[-1]
    half = words.date(load(STARTUP).dates()[int(np.argmax(probability >= last / 2))], "month")
    assert (
        f">{100 * last:.1f}{NO_BREAK}% ± {100 * error:.1f} chance of running out of money by December 2025; "
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
    assert len(read.all("section")) == 5
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
        assert said in page


def test_every_assumption_is_there(page):
    read = Page(page)
    rows = [text for text in read.text["th"] if text.strip()]
    for name in ("burn", "growth", "opening", "demand", "spent", "cash"):
        assert name in rows
    assert "(ρ = 0" in page
    assert "12000000 to 20000000" in page or "1.2e+07 to 2e+07" in page


def test_it_says_how_to_repeat_it(english, french):
    digest = load(STARTUP).sha256
    assert digest in english
    assert digest in french
    assert "burncast report scenario.toml -o" in english
    assert "-n 4096 --seed 7 --lang fr --no-why" in french


def test_the_same_request_gives_the_same_page_but_for_the_time(tmp_path, french):
    again = write(tmp_path, STARTUP, lang="fr", why=False, threads=1)
    pages = [re.sub(r"[\d,]+\xa0?s</td>|[\d,]+ s</td>|-o \S+", "", text) for text in (again, french)]
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
DEGENERATE = {
    "never": flat(100, "uniform(0.5, 1.5)"),
    "always": flat(0, "uniform(0.5, 1.5)"),
    "one_period": {
        **flat(1, "normal(mean=1, sd=0.5)"),
        "scenario": {"periods": 1, "step": "week", "start": "2024-03-04"},
    },
    "no_ruin": {key: value for key, value in flat(3, "normal(mean=1, sd=0.5)").items() if key != "ruin"},
    "no_need": {**flat(3, "normal(mean=1, sd=0.5)"), "ruin": {"when": "cash < 0"}},
    "no_inputs": {
        "scenario": {"periods": 12},
        "processes": {"noise": "iid(normal(mean=1, sd=3))"},
        "stocks": {"cash": {"start": 10, "next": "cash - noise"}},
        "ruin": {"when": "cash < 0", "need": "-cash"},
    },
    "no_cash": {
        "scenario": {"periods": 12},
        "processes": {"weather": "random_walk(start=0, drift=0, volatility=1)"},
        "formulas": {"gone": "weather < -1"},
        "ruin": {"when": "gone > 0"},
    },
    "long_names": {
        "scenario": {
            "title": "A title of more than sixty characters, as long as that of a bank's report",
            "periods": 12,
        },
        "inputs": {LONG: "uniform(0.5, 1.5)", f"{LONG}_too": 0},
        "stocks": {f"{LONG}_cash": {"start": 12, "next": f"{LONG}_cash - {LONG} + {LONG}_too"}},
        "ruin": {"when": f"{LONG}_cash < 0", "need": f"-{LONG}_cash"},
        "variants": {LONG: {"inputs": {LONG: 1.2}}, f"{LONG}_as_well": {"inputs": {LONG: 0.9}}},
    },
    "cents": flat(0.03, "uniform(0.004, 0.007)"),
    "trillions": flat(3e12, "uniform(4e11, 7e11)"),
    "elements": {
        "scenario": {"periods": 6},
        "dimensions": {"product": [f"product_{number}" for number in range(30)]},
        "inputs": {"share": {"value": "uniform(0, 0.2)", "over": "product"}},
        "stocks": {
            "cash": {"start": 9, "next": "cash - sum(share) * period / 3"},
            "sold": {"start": 0, "next": "sold + share", "over": "product"},
        },
        "ruin": {"when": "cash < 0", "need": "-cash"},
    },
}


IN_FRENCH = ("one_period", "trillions")


@pytest.mark.parametrize(("name", "lang"), [(name, "fr" if name in IN_FRENCH else "en") for name in sorted(DEGENERATE)])
def test_scenarios_at_the_edge_make_a_page(tmp_path, name, lang):
    why = name in ("no_inputs", "no_ruin")
    text = write(tmp_path, DEGENERATE[name], trajectories=512, lang=lang, why=why)
    read = Page(text)
    assert not read.open
    assert "nan" not in re.sub(r"<[^>]*>", " ", text).lower().replace("finan", "").split()
    assert "None" not in re.sub(r"<pre.*?</pre>", "", text, flags=re.DOTALL)
    said = {
        ("never", "en"): "Not one of 512 simulated futures",
        ("always", "en"): "Every one of 512 simulated futures",
        ("no_ruin", "en"): "does not say what running out of money is",
        ("one_period", "fr"): "d’ici le 10 mars 2024",
        ("trillions", "fr"): f"{NO_BREAK}Md",
    }
    assert said.get((name, lang), "") in text


def test_one_trajectory_makes_a_page(tmp_path):
    text = write(tmp_path, STARTUP, trajectories=1, why=False)
    assert not Page(text).open


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
    band = ruin_band(scenario, 7)
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
        burncast.report(DEGENERATE["never"], path, trajectories=256, why=False)
    assert path.read_text() == "mine"
    burncast.report(DEGENERATE["never"], path, trajectories=256, why=False, force=True)
    assert "<!DOCTYPE html>" in path.read_text()


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    import errno

    from burncast.outputs import store

    def full(path, content):
        path.write_bytes(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "report.html"
    path.write_text("old")
    monkeypatch.setattr(store, "_write_through", full)
    with pytest.raises(InputError, match="No space left on device"):
        burncast.report(DEGENERATE["never"], path, trajectories=256, why=False, force=True)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_the_command(tmp_path):
    toml = tmp_path / "mine.toml"
    toml.write_text(
        '[scenario]\nperiods = 3\n[stocks]\ncash = { start = 1, next = "cash - 1" }\n[ruin]\nwhen = "cash < 0"\n'
    )
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
