"""The guide's page on the model names every switch, and its tables state what each one does."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import xarray as xr

import burncast
from burncast.engine.language.expressions import Number

PAGE = (Path(__file__).parents[2] / "docs" / "guide" / "ai-lab.md").read_text(encoding="utf-8")
MONTHS = 36
ROW = re.compile(r"^\| `(\w+)` \| (\S+) \| (.+?) \| .+? \| (\S+) \| (\S+) \|$", re.MULTILINE)


class Switch(NamedTuple):
    """A row: the switch with what is set beside it, and the change of mean cash (M USD) and of ruin (points)."""

    name: str
    default: float
    setting: float
    beside: dict[str, float]
    cash: float
    ruin: float

    @property
    def reference(self) -> str:
        """Name of the variant in which all but the switch is set."""
        return "with_" + "_and_".join(self.beside) if self.beside else "base"


def _number(text: str) -> float:
    return float(text.replace("−", "-"))


def _switches() -> list[Switch]:
    rows = []
    for name, default, settings, cash, ruin in ROW.findall(PAGE):
        setting, *beside = re.findall(r"`(.+?)`", settings)
        others = {key: float(value) for key, value in (each.split(" = ") for each in beside)}
        rows.append(Switch(name, float(default), float(setting), others, _number(cash), _number(ruin)))
    return rows


SWITCHES = _switches()


def test_every_switch_of_the_model_is_listed_with_its_default() -> None:
    model = burncast.load("ai-lab").quantities.values()
    switches = [each for each in model if each.kind == "input" and (each.note or "").startswith("switch")]
    assert all(isinstance(each.value, Number) for each in switches)
    defaults = {each.name: each.value.value for each in switches if isinstance(each.value, Number)}
    assert {each.name: each.default for each in SWITCHES} == defaults
    assert len(SWITCHES) == len(defaults)


@pytest.fixture(scope="module")
def effects() -> xr.Dataset:
    variants: dict[str, Any] = {each.reference: {"inputs": each.beside} for each in SWITCHES if each.beside}
    variants |= {each.name: {"inputs": {each.name: each.setting, **each.beside}} for each in SWITCHES}
    document = {
        "scenario": {"title": "Switches", "extends": "ai-lab"},
        "outputs": {"track": ["cash"]},
        "variants": variants,
    }
    return burncast.simulate(burncast.load(document), trajectories=4_096, seed=7, variants=True)


@pytest.mark.exhaustive
def test_the_stated_effects_are_those_of_the_model(effects: xr.Dataset) -> None:
    """The page says from which trajectories, so only rounding lies between."""
    cash = effects.cash_mean.sel(period=MONTHS).to_series() / 1e6
    ruin = effects.ruin_probability.sel(period=MONTHS).to_series() * 100
    found = {
        each.name: (cash[each.name] - cash[each.reference], ruin[each.name] - ruin[each.reference]) for each in SWITCHES
    }
    wrong = {
        each.name: found[each.name]
        for each in SWITCHES
        if abs(found[each.name][0] - each.cash) > 0.51 or abs(found[each.name][1] - each.ruin) > 0.051
    }
    assert wrong == {}
    stated = re.search(r"at a mean of\s(\S+) M USD, and is ruined with a probability of (\S+) %", PAGE)
    assert stated is not None
    assert _number(stated[1]) == pytest.approx(cash["base"], abs=0.51)
    assert _number(stated[2]) == pytest.approx(ruin["base"], abs=0.051)
