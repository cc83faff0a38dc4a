"""``burncast serve``: who is let in, what the page is told, and that what it saves gives the forecast it showed."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from serving import served
from typer.testing import CliRunner

import burncast
from burncast.cli import app
from burncast.distributions.errors import InputError, InterruptedRunError
from burncast.engine.language.expressions import Number, parse
from burncast.engine.scenario import load
from burncast.engine.simulate import NICENESS
from burncast.what_if import desk as desk_module
from burncast.what_if import report as report_module
from burncast.what_if import serving
from burncast.what_if.desk import MOST_RUNS, Desk
from burncast.what_if.gate import MOST_BYTES, SECURITY_HEADERS
from burncast.what_if.messages import Asked, Change, RefusedError
from burncast.what_if.saving import Original, saved_scenario

MINE = """\
#:schema scenario.schema.json
# What we think, in spring.

[scenario]
title = "Mine"
periods = 24
start = "2024-01"
currency = "USD"

[dimensions]
plan = ["free", "plus-2.5"]

[inputs]          # drawn once
burn = { value = "lognormal(mean=1e6, sd=2e5)", unit = "USD/month", source = "books" }  # all costs
price = { value = { free = 0, "plus-2.5" = "normal(mean=20, sd=2)" }, over = "plan", unit = "USD" }
opening = "12e6 to 20e6"   # what the bank says
rounds = { value = 2, decision = [1, 5], note = "our choice" }
twice = "2 * rounds"

[processes]
demand = "gbm(start=1, drift=0, volatility=0.4)"

[stocks]
cash = { start = "opening", next = "cash - burn * demand + twice * sum(price) * 1000", unit = "USD" }

[ruin]
when = "cash < 0"
need = "-cash"

[variants.dear]   # costs a third more
inputs.burn = "lognormal(mean=1.3e6, sd=2e5)"
"""


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    path = tmp_path_factory.mktemp("serving") / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page(mine):
    with served(str(mine), seed=7) as client:
        yield client


def without(headers, *names):
    return {name: value for name, value in headers.items() if name not in names}


# Who is let in


@pytest.mark.parametrize("token", [None, "", "wrong", "x" * 32, "é"])
@pytest.mark.parametrize("path", ["/api/alive", "/api/scenario", "/api/nothing", "/"])
def test_nobody_is_let_in_without_the_token(page, path, token):
    headers = {} if token is None else {"X-Burncast-Token": token.encode().decode("latin-1")}
    where = path if token is None or path != "/" else f"/?token={token.encode().hex()}"
    assert page.ask("GET", where, headers=headers).status == 403
    assert page.ask("GET", "/api/alive").status == 200


def test_the_page_comes_with_the_token_and_its_files_without(page):
    answer = page.ask("GET", f"/?token={page.server.door.token}", headers={})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"<script" in answer.body
    script = page.ask("GET", "/static/main.js", headers={})
    assert (script.status, script.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert page.ask("GET", "/favicon.ico", headers={}).status == 204


def test_a_ticket_is_good_once(page):
    ticket = page.server.door.ticket
    assert page.ask("GET", "/open/guessed", headers={}).status == 403
    answer = page.ask("GET", f"/open/{ticket}", headers={})
    assert (answer.status, answer.headers["Location"]) == (303, f"/?token={page.server.door.token}")
    assert page.ask("GET", f"/open/{ticket}", headers={}).status == 403


def test_another_host_is_refused(page):
    for host in (
        "evil.example",
        f"evil.example:{page.port}",
        "127.0.0.1",
        "127.0.0.1:1",
        f"127.0.0.1:{page.port}.",
        "",
    ):
        assert page.ask("GET", "/api/alive", headers={**page.own, "Host": host}).status == 421, host
    assert page.ask("GET", "/api/alive", headers={**page.own, "Host": f"localhost:{page.port}"}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_another_site_is_refused(page, headers):
    answer = page.ask("POST", "/api/forecast", {}, {**page.own, **headers})
    assert (answer.status, answer.error["message"]) == (403, "another site asked")


def test_a_form_is_refused(page):
    form = {**page.own, "Content-Type": "text/plain"}
    assert page.ask("POST", "/api/forecast", {}, form).status == 415
    assert page.ask("POST", "/api/forecast", {}, without(page.own, "Content-Type")).status == 415
    assert page.ask("POST", "/api/forecast", {}, without(page.own, "Origin")).status == 200


def test_every_answer_forbids_what_comes_from_elsewhere(page):
    asked = [
        ("GET", f"/?token={page.server.door.token}", {}),
        ("GET", "/", {}),
        ("GET", "/static/main.js", {}),
        ("GET", "/nothing", {}),
        ("DELETE", "/api/forecast", page.own),
        ("GET", "/api/scenario", page.own),
        ("GET", "/api/scenario", {"Host": "evil.example"}),
    ]
    statuses = []
    for method, path, headers in asked:
        answer = page.ask(method, path, headers=headers)
        statuses.append(answer.status)
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert answer.headers.get_all("Content-Security-Policy") == [SECURITY_HEADERS["Content-Security-Policy"]]
        assert "Server" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert statuses == [200, 403, 200, 404, 405, 200, 421]
    assert "unsafe" not in SECURITY_HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../store.py",
        "/static/%2e%2e/store.py",
        "/static/..%2fstore.py",
        "/static/vendor/../../store.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/",
        "/static/vendor",
        "/main.js",
        "/store.py",
    ],
)
def test_nothing_but_the_files_of_the_page_has_an_address(page, path):
    assert page.ask("GET", path).status == 404


def test_what_is_too_long_is_refused(page):
    body = b'{"variant": "' + b"x" * MOST_BYTES + b'"}'
    assert page.ask("POST", "/api/forecast", body).status == 413
    with contextlib.closing(http.client.HTTPConnection(serving.HOST, page.port, timeout=60)) as connection:
        connection.putrequest("POST", "/api/forecast")
        for name, value in {**page.own, "Transfer-Encoding": "chunked"}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        assert connection.getresponse().status == 413
    assert page.ask("GET", "/api/alive").status == 200


def test_the_server_listens_to_this_machine_alone(page):
    assert page.server.listening.getsockname()[0] == "127.0.0.1"


# What cannot be asked


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "the request is no JSON"),
        (b"{", "the request is no JSON"),
        (b"\xff\xfe", "the request is no JSON"),
        (b"[" * 100_000, "the request is no JSON"),
        (b'{"run": NaN}', "the request is no JSON: NaN is not a number"),
        (b'{"run": 1' + b"0" * 5_000 + b"}", "the request is no JSON"),
        (b"[]", "the request is no JSON object"),
        (b'{"varaint": "base"}', "the request has no 'varaint'"),
        (b'{"variant": 3}', "variant is not a text"),
        (b'{"changes": []}', "changes is not an object"),
        (b'{"run": true}', "run is not a whole number"),
        (b'{"refine": 1}', "refine is not true or false"),
        (b'{"drawn": "all"}', "drawn is not a whole number"),
        (b'{"tab": "<b>"}', "tab is no name of a tab"),
    ],
)
def test_what_is_no_request_is_said(page, body, said):
    answer = page.ask("POST", "/api/forecast", body)
    assert answer.status == 400
    assert answer.error["message"].startswith(said)
    assert "Traceback" not in answer.body.decode()


@pytest.mark.parametrize(
    ("changes", "key", "said", "hint"),
    [
        ({"bern": {"centre": 1}}, "bern", "is no input", "burn"),
        ({"price.plus-2": {"centre": 1}}, "price.plus-2", "is no input", "price.plus-2.5"),
        ({"cash": {"centre": 1}}, "cash", "is no input", None),
        ({"burn": {"text": "lognormal(mean=1e6, sdd=2e5)"}}, "burn", "", "sd"),
        ({"burn": {"text": "lognrmal(mean=1e6, sd=2e5)"}}, "burn", "there is no function 'lognrmal'", "lognormal"),
        ({"burn": {"text": "lognormal(mean=-1, sd=1)"}}, "burn", "", None),
        ({"burn": {"text": "1 +"}}, "burn", "", None),
        ({"burn": {"text": "__import__('os')"}}, "burn", "", None),
        ({"burn": {"text": "empirical('/etc/passwd')"}}, "burn", "", None),
        ({"burn": {"text": " "}}, "burn", "is not a text", None),
        ({"burn": {"text": "x" * 3_000}}, "burn", "is not a text", None),
        ({"burn": {"centre": "1"}}, "burn", '"1" is not a number', None),
        ({"burn": {"centre": None}}, "burn", "null is not a number", None),
        ({"burn": {"centre": 10**400}}, "burn", "", None),
        ({"burn": {"centre": -1}}, "burn", "", None),
        ({"burn": {"arguments": {"maen": 1}}}, "burn", "", None),
        ({"burn": {"arguments": {"sd": -1}}}, "burn", "", None),
        ({"burn": {"arguments": {}}}, "burn", "is no change", None),
        ({"burn": {"center": 3}}, "burn", "is no change", "centre"),
        ({"burn": 3}, "burn", "is no change", None),
        ({"burn": {"centre": 3, "arguments": {"sd": 1}}}, "burn", "is no change", None),
        ({"rounds": {"centre": 9}}, "rounds", "", None),
        ({"twice": {"centre": 3}}, "twice", "is turned otherwise", None),
        ({"burn": {"factor": 3}}, "burn", "is turned otherwise", None),
        ({"twice": {"factor": -1}}, "twice", "-1 is no multiple; expected 0 or a number above", None),
        ({"twice": {"factor": 2, "centre": 3}}, "twice", "is no change", None),
        ({"price.plus-2.5": {"text": "beta(p5=0.5, p95=0.1)"}}, "price.plus-2.5", "", None),
        ({"burn": {"centre": 1e6}, "opening": {"text": "nonsense"}}, "opening", "", None),
    ],
    ids=str,
)
def test_a_mistake_is_said_at_its_input(page, changes, key, said, hint):
    answer = page.post("forecast", changes=changes)
    assert answer.status == 422, answer.body
    error = answer.error
    assert error["key"] == key
    assert said in error["message"]
    assert error["message"]
    if hint is not None:
        assert error["nearest"] == hint


def test_a_variant_that_there_is_not_is_said(page):
    error = page.post("forecast", variant="deer").error
    assert (error["message"], error["nearest"]) == ("there is no variant 'deer'", "dear")


# What the page is told


def test_it_begins_with_everything_about_the_scenario(page, mine):
    scenario = load(mine)
    told = page.ask("GET", "/api/scenario").told
    assert (told["title"], told["currency"], told["periods"]) == ("Mine", "USD", 24)
    assert (told["money"], told["unit_of_money"], told["sha256"]) == ("cash", "USD", scenario.sha256)
    assert (told["dates"][0], told["dates"][-1]) == ("2023-12-31", "2025-12-31")
    assert (told["seed"], told["lang"], told["file"]) == ("7", "en", str(mine))
    assert [variant["name"] for variant in told["variants"]] == ["base", "dear"]
    base, dear = ({one["key"]: one for one in variant["inputs"]} for variant in told["variants"])
    assert list(base) == ["burn", "price.free", "price.plus-2.5", "opening", "rounds", "twice"]
    assert base["burn"]["centre"] == pytest.approx(1e6 / np.sqrt(1.04))
    assert (base["burn"]["unit"], base["burn"]["source"]) == ("USD/month", "books")
    assert base["burn"]["arguments"] == [{"name": "mean", "value": 1e6}, {"name": "sd", "value": 2e5}]
    assert dear["burn"]["centre"] == pytest.approx(1.3 * base["burn"]["centre"], rel=0.02)
    assert (base["rounds"]["kind"], base["rounds"]["low"], base["rounds"]["high"]) == ("number", 1, 5)
    twice = base["twice"]
    assert (twice["kind"], twice["basis"], twice["uses"], twice["centre"]) == ("multiple", "inputs", ["rounds"], 1.0)
    assert (twice["low"], twice["high"], twice["law"]["x"]) == (0.2, 5.0, [4.0])
    assert (list(dear), told["variants"][1]["left_out"]) == (["burn"], [])
    law = base["opening"]["law"]
    assert len(law["x"]) == len(law["y"]) <= 60
    assert law["quantiles"]["0.05"] == pytest.approx(12e6, rel=1e-4)
    assert base["opening"]["low"] < base["opening"]["centre"] < base["opening"]["high"]
    assert base["price.plus-2.5"]["label"] == "price (plus-2.5)"


def figures(line):
    """What a line says, as a dataset of the same run does."""
    forecast = line["forecast"]
    money = np.array([forecast["fan"][level] for level in ("0.05", "0.25", "0.5", "0.75", "0.95")])
    need = [forecast["need"][level]["value"] for level in ("0.5", "0.95")]
    return np.array(forecast["ruin"]), np.array(forecast["ruin_se"]), money, np.array(forecast["mean"]), need


def same_as(line, scenario, variant="base"):
    """Whether a line has the bits of a simulation of that scenario."""
    loaded = load(scenario)
    loaded = loaded if variant == "base" else loaded.variants[variant]
    dataset = burncast.simulate(loaded, line["trajectories"], 7, quantiles=[0.05, 0.25, 0.5, 0.75, 0.95])
    ruin, error, money, mean, need = figures(line)
    np.testing.assert_array_equal(ruin, dataset["ruin_probability"].values)
    np.testing.assert_array_equal(error, dataset["ruin_probability_se"].values)
    np.testing.assert_array_equal(money.T, dataset["cash"].values)
    np.testing.assert_array_equal(mean, dataset["cash_mean"].values)
    assert need == dataset["funding_need"].sel(quantile=[0.5, 0.95]).values.tolist()


def test_a_forecast_is_that_of_the_scenario(page, mine):
    (line,) = page.post("forecast", tab="one", run=3).lines
    assert (line["run"], line["done"], line["inputs"]) == (3, True, {})
    assert line["trajectories"] >= 20_480
    same_as(line, mine)
    runway = line["forecast"]["runway"]["0.05"]
    assert runway["low"] <= runway["value"]


def test_a_refinement_grows_to_a_million_and_its_errors_shrink(page):
    lines = page.post("forecast", refine=True, changes={"rounds": {"centre": 3}}).lines
    counts = [line["trajectories"] for line in lines]
    assert counts == sorted(counts)
    assert counts[-1] == 1_000_000
    assert len(counts) >= 4
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    first, last = (figures(line)[1][-1] for line in (lines[0], lines[-1]))
    assert last == pytest.approx(first * np.sqrt(counts[0] / counts[-1]), rel=0.1)
    assert list(lines[0]["inputs"]) == ["rounds"]


def test_a_refinement_does_not_repeat_the_picture_that_is_drawn(page):
    whole = page.post("forecast", refine=True).lines
    rest = page.post("forecast", refine=True, drawn=whole[0]["trajectories"]).lines
    assert [line["trajectories"] for line in rest] == [line["trajectories"] for line in whole[1:]]
    assert [line["forecast"] for line in rest] == [line["forecast"] for line in whole[1:]]
    (last,) = page.post("forecast", refine=True, drawn=1_000_000).lines
    assert last["done"]


def test_what_a_moving_input_does_not_reach_is_kept_and_the_figures_are_the_same(mine, tmp_path):
    changes = {"burn": {"centre": 1.2e6}}
    with served(str(mine), seed=7) as client:
        ready = client.post("prepare", tab="one", moving="burn")
        assert (ready.status, ready.body) == (200, b"{}\n")
        moved = client.post("forecast", tab="one", moving="burn", changes=changes).lines
        at_once = client.post("forecast", variant="dear", moving="opening", changes=changes).lines
        unknown = client.post("prepare", moving="burm")
        assert (unknown.status, unknown.error["key"], unknown.error["nearest"]) == (422, "burm", "burn")
        saved = tmp_path / "moved.toml"
        saved.write_bytes(client.post("scenario.toml", changes=changes).body)
        also = tmp_path / "dear.toml"
        also.write_bytes(client.post("scenario.toml", variant="dear", changes=changes).body)
    same_as(moved[0], saved)
    same_as(at_once[0], also, "dear")


@pytest.mark.parametrize(("rate", "is_prepared"), [(0.0, False), (2e5, False), (3e5, True)])
def test_an_input_is_prepared_with_its_picture_where_there_is_time(mine, rate, is_prepared):
    """20,480 trajectories take 0.102 s at 200,000 a second, and 0.091 s with what is kept of them at 300,000."""
    desk = Desk(Original.read(str(mine), load(mine)), 0, 2)
    what_if = desk.what_if("base")
    what_if.rate = rate
    run = desk.begin()
    changes, other = {"burn": Change(centre=1.2e6)}, {"burn": "lognormal(mean=1.3e6, sd=2e5)"}
    next(desk.forecasts(Asked("base", changes, moving="burn"), run))
    assert what_if.is_prepared(other, "burn", 20_480) is is_prepared
    what_if.rate = rate
    desk.prepare(Asked("base", changes, moving="burn"), run)
    assert what_if.is_prepared(other, "burn", 20_480)
    with pytest.raises(RefusedError, match="does not say which input"):
        desk.prepare(Asked("base", changes), run)


def test_numbers_of_a_law_may_be_changed_in_any_order(page):
    for wanted in ({"low": 1e9, "high": 2e9}, {"high": 2e9, "low": 1e9}, {"low": 1e3, "high": 2e3}):
        (line,) = page.post("forecast", changes={"opening": {"arguments": wanted}}).lines
        assert load_value(line["inputs"]["opening"]["text"]) == (wanted["low"], wanted["high"])


def load_value(text):
    low, high = text.split(" to ")
    return float(low), float(high)


def test_it_says_why_at_the_inputs_of_the_page(page):
    told = page.post("why", changes={"rounds": {"centre": 3}}).told
    assert told["output"] == "ruin_probability"
    bars = {bar["key"]: bar for bar in told["tornado"]}
    assert {"burn", "opening", "price.plus-2.5"} >= set(bars) >= {"burn", "opening"}
    assert bars["burn"]["high"] > bars["burn"]["low"]
    assert bars["opening"]["high"] < bars["opening"]["low"]
    shifts = {one["key"]: one for one in told["ruined"]}
    assert shifts["burn"]["shift"] > 0 > shifts["opening"]["shift"]
    assert told["sentence"].startswith("Where ")
    french = page.post("why", lang="fr").told
    assert french["sentence"].startswith("Là où ")
    assert page.post("why", lang="de").status == 422


def test_it_is_alive_until_another_start(page):
    first = page.ask("GET", "/api/alive").told
    assert first == page.ask("GET", "/api/alive").told
    assert first["version"] == burncast.__version__
    assert len(first["boot"]) == 16


# What is stopped


class Slow:
    """A what-if whose refinements go on until they are told to end; ``begun`` and ``ended`` by what was changed."""

    def __init__(self, real):
        self.scenario, self.inputs, self.forecast, self.rate = real.scenario, real.inputs, real.forecast, real.rate
        self.begun = {asked: threading.Event() for asked in ("", "burn")}
        self.ended = {asked: threading.Event() for asked in ("", "burn")}

    def refine(self, changes, most, stop):
        asked = ",".join(changes)
        self.begun[asked].set()
        assert stop.wait(60), "nobody stopped it"
        self.ended[asked].set()
        raise InterruptedRunError(0, most)
        yield


@pytest.fixture
def slow(page):
    desk = page.server.desk
    real = desk.what_if("base")
    desk._what_ifs["base"] = slow = Slow(real)
    yield slow
    desk._what_ifs["base"] = real


def test_a_newer_question_of_a_tab_stops_the_older_and_no_other(page, slow):
    burn = {"burn": {"centre": 2e6}}
    with page.coming("forecast", tab="a", refine=True) as older:
        assert json.loads(older.readline())["done"] is False
        assert slow.begun[""].wait(60)
        with page.coming("forecast", tab="b", refine=True, changes=burn) as other:
            assert json.loads(other.readline())["done"] is False
            assert page.post("forecast", tab="a").lines[0]["done"] is True
            assert slow.ended[""].wait(60)
            assert b'"done":true' not in older.read()
            assert slow.begun["burn"].wait(60)
            assert not slow.ended["burn"].is_set()
    assert slow.ended["burn"].wait(60), "a closed connection stops"


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority of their own on Linux only")
@pytest.mark.parametrize(
    ("module", "name", "asked"), [("reasons", "reasons", "why"), ("report", "what_if_report", "report.html")]
)
def test_what_takes_long_gives_way(page, monkeypatch, module, name, asked):
    found = []

    def watched(*_):
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        raise RefusedError(500, "seen")

    monkeypatch.setattr(f"burncast.what_if.{module}.{name}", watched)
    page.post(asked)
    assert found == [NICENESS]


def test_the_end_of_the_server_stops_everything(mine):
    with served(str(mine)) as client:
        desk = client.server.desk
        desk._what_ifs["base"] = slow = Slow(desk.what_if("base"))
        with client.coming("forecast", tab="a", refine=True) as coming:
            coming.readline()
            assert slow.begun[""].wait(60)
            client.server.should_exit = True
            assert b'"done":true' not in coming.read()
            assert slow.ended[""].wait(60)


def test_there_is_an_end_to_how_many_may_ask(mine):
    desk = Desk(Original.read(str(mine), load(mine)), 0, None)
    runs = [desk.begin(f"tab{number}") for number in range(MOST_RUNS)]
    with pytest.raises(RefusedError, match="too many pages"):
        desk.begin("one more")
    desk.end(runs[0])
    desk.begin("one more")
    assert not runs[1].stop.is_set()


def test_who_is_one_too_many_is_told_so(page, monkeypatch):
    monkeypatch.setattr(desk_module, "MOST_RUNS", 0)
    answer = page.post("forecast")
    assert (answer.status, answer.error["message"]) == (503, "too many pages ask at once; close some")


# What is saved


CHANGES = {
    "number": {"rounds": {"centre": 3}},
    "law": {"burn": {"centre": 1.1e6}},
    "argument": {"burn": {"arguments": {"sd": 4e5}}},
    "element": {"price.plus-2.5": {"text": "normal(mean=30, sd=3)"}, "price.free": {"centre": 0.5}},
    "interval": {"opening": {"centre": 13e6}},
    "fixed": {"opening": {"text": "1.3e7"}},
    "formula": {"twice": {"text": "2.5 * rounds"}},
    "multiple": {"twice": {"factor": 1.3}},
    "all": {"burn": {"centre": 9e5}, "price.plus-2.5": {"centre": 25}, "opening": {"text": "9e6 to 2e7"}},
}


@pytest.mark.parametrize("variant", ["base", "dear"])
@pytest.mark.parametrize("name", CHANGES)
def test_what_is_saved_gives_the_forecast_that_was_seen(page, tmp_path, name, variant):
    (line,) = page.post("forecast", variant=variant, changes=CHANGES[name]).lines
    saved = page.post("scenario.toml", variant=variant, changes=CHANGES[name])
    assert saved.status == 200, saved.body
    assert saved.headers["Content-Disposition"] == 'attachment; filename="mine-what-if.toml"'
    text = saved.body.decode()
    path = tmp_path / "saved.toml"
    path.write_bytes(saved.body)
    same_as(line, path, variant)
    comments = [part.partition("#")[2] for part in MINE.splitlines() if "#" in part]
    assert [part.partition("#")[2] for part in text.splitlines() if "#" in part] == comments
    before, after = MINE.splitlines(), text.splitlines()
    touched = {key.partition(".")[0] for key in CHANGES[name]}
    for written in before:
        entry = written.partition(" =")[0].removeprefix("inputs.")
        assert written in after or entry in touched, written


def test_a_changed_value_says_what_its_source_said(mine):
    original = Original.read(str(mine), load(mine))
    once = saved_scenario(original, "base", {"burn": "9e5", "rounds": "3"})
    assert 'source = "what-if; was lognormal(mean=1e6, sd=2e5): books" }  # all costs' in once.text
    assert 'rounds = { value = 3, decision = [1, 5], note = "our choice" }' in once.text
    again = saved_scenario(Original(str(mine), once.scenario, str(mine), once.text), "base", {"burn": "8e5"})
    assert 'value = 8e5, unit = "USD/month", source = "what-if; was lognormal(mean=1e6, sd=2e5): books"' in again.text


def test_nothing_changed_is_the_file_itself(page):
    assert page.post("scenario.toml").body.decode() == MINE


def test_a_byte_order_mark_and_ends_of_lines_stay(tmp_path):
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINE.replace("\n", "\r\n").encode())
    saved = saved_scenario(Original.read(str(path), load(path)), "dear", {"opening": "1.3e7"}).text
    assert saved.startswith("\ufeff#:schema")
    assert saved.count("\n") == saved.count("\r\n") == MINE.count("\n") + 1
    assert saved.replace("inputs.opening = 1.3e7\r\n", "") == path.read_bytes().decode()


DATED = """\
[scenario]
title = "By date"
start = "2024-01"
periods = 12

[inputs]
opening = "9e6 to 14e6"
fee = { schedule = { "2024-01" = 20, "2024-07" = 30 }, source = "the plan" }   # per seat
seats = { value = 'series("seats.csv", "seats")', note = "signed" }
doubled = "2 * fee"

[inputs.wages]   # of all
between = "interpolate"
schedule = { "2024-01" = 1e6, "2024-10" = 1_300_000, "2024-12" = 2e6 }   # with the bonus

[stocks]
cash = { start = "opening", next = "cash - wages + seats * doubled" }

[ruin]
when = "cash < 0"
need = "-cash"

[variants.dear]
inputs.fee.schedule = { "2024-02" = 40 }
"""


@pytest.fixture(scope="module")
def dated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dated")
    (folder / "seats.csv").write_text("date,seats\n2024-01,1000\n2024-06,5000\n", encoding="utf-8")
    path = folder / "dated.toml"
    path.write_text(DATED, encoding="utf-8")
    return Desk(Original.read(str(path), load(path)), 7, None)


def lines_of(desk, variant, changes, count=1):
    asked, run = Asked(variant, changes, refine=count > 1), desk.begin()
    try:
        return [line for line, _ in zip(desk.forecasts(asked, run), range(count), strict=False)]
    finally:
        desk.end(run)


SCALED = {
    "fee": ({"fee": 1.5}, ['"2024-01" = 30, "2024-07" = 45', "what-if; the schedule was multiplied: the plan"]),
    "wages": ({"wages": 0.9}, ['{ "2024-01" = 900000, "2024-10" = 1170000, "2024-12" = 1800000 }   # with the bonus']),
    "seats": ({"seats": 1.25}, [r'value = "1.25 * series(\"seats.csv\", \"seats\")", note']),
    "all": ({"fee": 0.75, "wages": 0.95, "seats": 2.0, "doubled": 1.1}, ['doubled = "1.1 * (2 * fee)"']),
}


@pytest.mark.parametrize("variant", ["base", "dear"])
@pytest.mark.parametrize("name", SCALED)
def test_a_multiple_of_dates_is_saved_as_it_was_seen(dated, variant, name):
    factors, written = SCALED[name]
    changes = {key: Change(factor=factor) for key, factor in factors.items()}
    (line,) = lines_of(dated, variant, changes)
    saved = saved_scenario(dated.original, variant, dated.texts(Asked(variant, changes)))
    scenario = saved.scenario if variant == "base" else saved.scenario.variants[variant]
    again = burncast.simulate(scenario, line["trajectories"], 7)
    assert line["forecast"]["ruin"] == again["ruin_probability"].values.tolist()
    np.testing.assert_allclose(line["forecast"]["mean"], again["cash_mean"].values, rtol=1e-12)
    assert 0.0 < line["forecast"]["ruin"][-1] < 1.0
    for comment in ("# per seat", "# of all", "# with the bonus"):
        assert comment in saved.text
    if variant == "base":
        for part in written:
            assert part in saved.text
    assert {key: one["centre"] for key, one in line["inputs"].items()} == factors


def test_a_schedule_that_is_written_over_is_gone(dated):
    saved = saved_scenario(dated.original, "base", {"fee": "25", "wages": "1.2e6"})
    assert [saved.scenario.quantities[name].value for name in ("fee", "wages")] == [Number(25.0), Number(1.2e6)]
    assert 'fee = { source = "what-if; was a schedule: the plan", value = 25 }   # per seat' in saved.text
    saved = saved_scenario(dated.original, "dear", {"fee": "25"})
    assert saved.scenario.variants["dear"].quantities["fee"].value == Number(25.0)
    with pytest.raises(InputError, match=r"fee: what is computed.*cannot be saved; expected a multiple"):
        saved_scenario(dated.original, "base", {"fee": "max(schedule, 22)"})


def test_what_follows_is_told_as_it_comes_out(dated):
    first, *refined = lines_of(dated, "base", {"fee": Change(factor=1.5)}, count=3)
    assert first["inputs"]["fee"]["path"][1:3] == [30.0, 30.0]
    assert "following" not in first
    told = [line["following"] for line in refined if "following" in line]
    assert [list(following) for following in told] == [["doubled"]]
    assert told[0]["doubled"]["law"]["x"] == [60.0]
    assert [line.get("following") for line in lines_of(dated, "base", {}, count=3)] == [None, None, {}]
    *_, variant = lines_of(dated, "dear", {}, count=3)
    assert variant["following"]["doubled"]["law"]["x"] == [80.0]


EXTENDING = """\
# Only what differs.
[scenario]
extends = "{extended}"
title = "Another view"

[inputs]
opening = "10e6 to 15e6"  # less

[variants.dear.inputs]
opening = 9e6
"""


@pytest.mark.parametrize("variant", ["base", "dear"])
def test_what_a_file_inherits_is_overridden_in_it(mine, tmp_path, variant):
    path = tmp_path / "view.toml"
    path.write_text(EXTENDING.format(extended=mine.as_posix()), encoding="utf-8")
    changes = {"burn": {"centre": 1.2e6}, "price.plus-2.5": {"centre": 30}, "opening": {"centre": 11e6}}
    with served(str(path), seed=7) as client:
        (line,) = client.post("forecast", variant=variant, changes=changes).lines
        saved = client.post("scenario.toml", variant=variant, changes=changes).body
    text = saved.decode()
    assert text.startswith("# It reads other files: keep it in the folder of view.toml.\n# Only what differs.\n")
    again = tmp_path / "saved.toml"
    again.write_bytes(saved)
    same_as(line, again, variant)
    assert 'price = { value = { "plus-2.5" = ' in text


@pytest.mark.parametrize("variant", ["base", "price_war"])
def test_a_packaged_scenario_is_extended(tmp_path, monkeypatch, variant):
    monkeypatch.chdir(tmp_path)
    original = Original.read("chatgpt-2023", load("chatgpt-2023"))
    assert original.file_name("toml") == "chatgpt-2023-what-if.toml"
    saved = saved_scenario(original, variant, {"population": "5e8 to 1.5e9", "conversion.plus": "0.002"})
    assert saved.text.splitlines()[:4] == [
        "# chatgpt-2023 with other values, tried on the page of `burncast serve`.",
        "",
        "[scenario]",
        'extends = "chatgpt-2023"',
    ]
    path = tmp_path / "saved.toml"
    path.write_text(saved.text, encoding="utf-8")
    told, before = (one if variant == "base" else one.variants[variant] for one in (load(path), original.scenario))
    assert told.quantities["population"].value == parse("5e8 to 1.5e9")
    elements, known = (one.quantities["conversion"].value.values for one in (told, before))
    assert elements == {**known, ("plus",): Number(0.002)}
    same = {name for name, one in before.quantities.items() if told.quantities[name].value == one.value}
    assert before.quantities.keys() - same == {"population", "conversion"}


def test_the_report_is_that_of_the_saved_file(page, mine, monkeypatch):
    investigate = report_module.investigate

    def without_reasons(scenario, request, *rest):
        return investigate(scenario, dataclasses.replace(request, why=False), *rest)

    monkeypatch.setattr(report_module, "TRAJECTORIES", 2_048)
    monkeypatch.setattr(report_module, "investigate", without_reasons)
    changes = {"burn": {"centre": 1.2e6}}
    answer = page.post("report.html", changes=changes)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mine-what-if.html"'
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    saved = saved_scenario(Original.read(str(mine), load(mine)), "base", {"burn": page_text(page, changes, "burn")})
    text = answer.body.decode()
    assert saved.scenario.sha256 in text
    assert "burncast report mine-what-if.toml -o mine-what-if.html -n 2048 --seed 7 --no-why" in text
    assert page.post("report.html", changes={"bern": {"centre": 1}}).error["nearest"] == "burn"


def page_text(page, changes, key):
    return page.post("forecast", changes=changes).lines[0]["inputs"][key]["text"]


# The command


def test_a_port_that_is_taken():
    with contextlib.closing(serving.listen(0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"cannot listen on port {port}: .*; choose another --port"):
            serving.listen(port)


def test_the_usual_port_gives_way_to_another(monkeypatch, capsys):
    with contextlib.closing(serving.listen(0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(serving, "DEFAULT_PORT", port)
        with contextlib.closing(serving.listen(None)) as other:
            assert other.getsockname()[1] != port
            assert f"port {port} is taken; using {other.getsockname()[1]}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        (MINE.replace("lognormal(mean=1e6", "lognrmal(mean=1e6"), [], "did you mean 'lognormal'?"),
        (MINE, ["--lang", "de"], "the language is 'de'; expected one of en, fr"),
        (MINE, ["--token", "short"], "the token cannot be used; expected 16 to 128"),
        (MINE.replace("cash - burn", "cash - log(-burn)"), [], "became nan"),
        ("", [], "is empty"),
    ],
)
def test_what_cannot_be_served_is_one_message(tmp_path, text, arguments, said):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["serve", str(path), "--no-browser", *arguments])
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_port_that_cannot_be_is_refused(mine):
    done = CliRunner().invoke(app, ["serve", str(mine), "--port", "70000"])
    assert done.exit_code == 2
    assert "70000 is not between 1 and 65,535" in done.stderr


def listen_to_ctrl_c():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_it_in_the_middle_of_a_refinement(mine):
    process = subprocess.Popen(
        [sys.executable, "-m", "burncast", "serve", str(mine), "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"BURNCAST_TOKEN": "a-token-for-this-test"},
        preexec_fn=listen_to_ctrl_c,
    )
    try:
        address = process.stdout.readline().strip()
        assert address.endswith("/?token=a-token-for-this-test")
        host, _, port = address.removeprefix("http://").partition("/")[0].partition(":")
        assert host == "127.0.0.1"
        headers = {"X-Burncast-Token": "a-token-for-this-test", "Content-Type": "application/json"}
        with contextlib.closing(http.client.HTTPConnection(host, int(port), timeout=60)) as connection:
            connection.request("POST", "/api/forecast", json.dumps({"tab": "a", "refine": True}), headers)
            with connection.getresponse() as coming:
                assert coming.status == 200
                coming.readline()
                process.send_signal(signal.SIGINT)
                stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, stderr
    assert stdout == ""
    assert stderr.splitlines()[-1] == "burncast: stopped"
    assert "Traceback" not in stderr
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, int(port)), timeout=5)


def test_a_browser_is_sent_with_a_ticket_and_no_token(mine, monkeypatch):
    opened = []
    told = threading.Event()

    def open_it(address):
        opened.append(address)
        told.set()
        return False

    monkeypatch.setattr(serving.webbrowser, "open", open_it)
    listening = serving.listen(0)
    desk = Desk(Original.read(str(mine), load(mine)), 0, None)
    door = serving.Door()
    ticket = door.ticket
    server = serving.PageServer(desk, door, listening, "en", True)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert told.wait(60)
    server.should_exit = True
    thread.join()
    assert opened == [f"{server.address}/open/{ticket}"]
    assert door.token not in opened[0]
    assert not door.take(ticket), "a ticket that no browser took is worth nothing"


def test_its_files_are_those_of_the_page():
    assert (Path(burncast.__file__).parent / "outputs" / "page" / "index.html").is_file()
