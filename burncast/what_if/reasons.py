"""Why the page of ``burncast serve`` shows what it shows: what moves the answer, and what ruined futures are like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from burncast.engine.scenario import Scenario
from burncast.investigating import find_reasons
from burncast.outputs.report.findings import Request
from burncast.outputs.results.summary import as_plain
from burncast.outputs.tables.path_tables import unit_of
from burncast.outputs.words.box_sentence import box_sentence
from burncast.outputs.words.language import language
from burncast.what_if.desk import Run
from burncast.what_if.messages import labelled

if TYPE_CHECKING:
    from burncast.engine.questions.explain_ruin import InputShift, RuinExplanation

__all__ = ["reasons"]

TRAJECTORIES = 20_480
MOST_BARS = 12
MOST_SHIFTS = 8


def reasons(scenario: Scenario, seed: int, lang: str, threads: int | None, run: Run) -> dict[str, Any]:
    """Bars of a tornado, shifts of inputs and processes on ruined trajectories, and the box that isolates ruin.

    ``output`` is what the bars are about: ``ruin_probability``, or the mean of a quantity where ruin is certain or out
    of the question. Whatever cannot be said is left empty.
    """
    words = language(lang)
    found = find_reasons(scenario, Request(None, TRAJECTORIES, seed, lang, True, ""), threads, run.check)
    told: dict[str, Any] = {"tornado": [], "output": None, "ruined": [], "box": None, "sentence": None}
    if "tornado" in found:
        dataset = found["tornado"]
        told["output"] = found["tornado_output"] or "ruin_probability"
        told["mean"] = float(dataset.attrs["mean"])
        told["tornado"] = [
            {
                **_named(scenario, name),
                "low": float(dataset["output_low"].values[place]),
                "high": float(dataset["output_high"].values[place]),
                "value_low": float(dataset["value_low"].values[place]),
                "value_high": float(dataset["value_high"].values[place]),
                "swing": float(dataset["swing"].values[place]),
                "swing_se": float(dataset["swing_se"].values[place]),
            }
            for place, name in enumerate(dataset["input"].values.tolist()[:MOST_BARS])
        ]
    explanation: RuinExplanation | None = found.get("explanation")
    if explanation is not None:
        shifts = [("input", one) for one in explanation.inputs] + [("process", one) for one in explanation.levels]
        shifts.sort(key=lambda entry: -abs(entry[1].shift))
        told["ruined"] = [_shift(scenario, kind, one) for kind, one in shifts[:MOST_SHIFTS]]
        told["probability"] = explanation.probability
        boxes = (explanation.box, explanation.box_of_all)
        box = max(boxes, key=lambda one: one.density - 0.005 * (one is explanation.box_of_all))
        if box.rules:
            told["sentence"] = box_sentence(
                words,
                scenario,
                box,
                explanation,
                _label,
                lambda name, value: words.money(value, unit_of(scenario, name)),
            )
            told["box"] = {
                "density": box.density,
                "coverage": box.coverage,
                "rules": [
                    {**_named(scenario, name), "low": low, "high": high} for name, (low, high) in box.rules.items()
                ],
            }
    plain: dict[str, Any] = as_plain(told)
    return plain


def _shift(scenario: Scenario, kind: str, one: InputShift) -> dict[str, Any]:
    return {
        **_named(scenario, one.name),
        "kind": kind,
        "shift": one.shift,
        "all": list(one.all),
        "ruined": list(one.ruined),
    }


def _named(scenario: Scenario, name: str) -> dict[str, str]:
    """What results call ``price[plus]``: its key on the page, its label and its unit."""
    key = name.replace("[", ".").replace(",", ".").rstrip("]")
    return {"key": key, "label": _label(name), "unit": unit_of(scenario, name)}


def _label(name: str) -> str:
    quantity, _, labels = name.rstrip("]").partition("[")
    return labelled(quantity, labels.split(",") if labels else ())
