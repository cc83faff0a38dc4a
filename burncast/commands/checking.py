"""``burncast check``: everything that can be said about a scenario without running it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from burncast.distributions.errors import ScenarioError
from burncast.terminal import show, write_json, write_out

if TYPE_CHECKING:
    from burncast.engine.program import Program
    from burncast.engine.scenario import Scenario

__all__ = ["check_scenario"]


def check_scenario(source: str, *, program: bool, as_json: bool) -> int:
    """Load and compile a scenario, print what was found; returns the exit code.

    With ``as_json`` the problems go to stdout as data too, since an editor wants them; else they are raised.
    """
    from burncast.engine.instructions.listing import listing

    try:
        found, compiled = _findings(source)
    except ScenarioError as error:
        if not as_json:
            raise
        problems = [
            {name: getattr(problem, name) for name in ("file", "line", "key", "message", "expected", "nearest")}
            for problem in error.problems
        ]
        write_json({"ok": False, "problems": problems})
        return 2
    if as_json:
        shown = {"program": listing(compiled)} if program else {}
        write_json({"ok": True, "problems": [], **found, **shown})
    elif program:
        write_out(listing(compiled) + "\n")
    else:
        _print(found)
    return 0


def _findings(source: str) -> tuple[dict[str, Any], Program]:
    """Everything about the scenario and its variants as plain data, and the compiled base."""
    from burncast.engine.compiler import compile_variants
    from burncast.engine.dependence.dependence_words import dependence_words
    from burncast.engine.inputs.law_fits import notes_on_fits
    from burncast.engine.language.dependencies import resolve
    from burncast.engine.scenario import load

    scenario = load(source)
    programs = compile_variants(scenario)
    base = programs["base"]
    found = {
        "title": scenario.title,
        "description": scenario.description,
        "file": scenario.file,
        "start": scenario.start.isoformat() if scenario.start else None,
        "periods": scenario.periods,
        "step": scenario.step,
        "currency": scenario.currency,
        "dimensions": {name: list(labels) for name, labels in scenario.dimensions.items()},
        "order": list(resolve(scenario).order),
        "quantities": {name: _quantity(scenario, name) for name in scenario.quantities},
        "dependence": dependence_words(scenario),
        "drawn_once": list(base.draw_names),
        "drawn_every_period": list(base.shock_names),
        "tracked": list(scenario.track),
        "variants": list(scenario.variants),
        "notes": list(
            dict.fromkeys(
                [*(note for program in programs.values() for note in program.notes), *notes_on_fits(scenario)]
            )
        ),
    }
    return found, base


def _quantity(scenario: Scenario, name: str) -> dict[str, Any]:
    quantity = scenario.quantities[name]
    return {"kind": quantity.kind, "unit": quantity.unit, "source": quantity.source, "note": quantity.note}


def _print(found: dict[str, Any]) -> None:
    from rich.console import Group
    from rich.text import Text

    span = f"{found['periods']} {found['step']}s"
    start = f" from {found['start']}" if found["start"] else ""
    counts = [
        f"{sum(entry['kind'] == kind for entry in found['quantities'].values())} {words}"
        for kind, words in (("input", "inputs"), ("process", "processes"), ("formula", "formulas"), ("stock", "stocks"))
    ]
    lines = {
        "time": f"{span}{start}",
        "quantities": ", ".join(counts),
        "dimensions": "; ".join(f"{name}: {', '.join(labels)}" for name, labels in found["dimensions"].items()),
        "order": " → ".join(found["order"]),
        "drawn once": ", ".join(found["drawn_once"]),
        "drawn every period": ", ".join(found["drawn_every_period"]),
        "tracked": ", ".join(found["tracked"]),
        "variants": ", ".join(found["variants"]),
    }
    parts = [Text(found["title"], style="bold")]
    parts += [Text(found["description"])] if found["description"] else []
    parts += [Text.assemble((f"{name}: ", "dim"), text) for name, text in lines.items() if text]
    parts += [Text.assemble(("dependence: ", "dim"), line) for line in found["dependence"]]
    parts += [Text(f"note: {note}") for note in found["notes"]]
    parts.append(Text("The scenario is valid."))
    show(Group(*parts))
