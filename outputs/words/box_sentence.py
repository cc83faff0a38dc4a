"""The box that isolates ruin, as a sentence: for the report, and for the page of ``burncast serve``."""

from __future__ import annotations

import math
from collections.abc import Callable

from burncast.engine.questions.explain_ruin import RuinBox, RuinExplanation
from burncast.engine.scenario import Scenario
from burncast.outputs.words.language import Language

__all__ = ["box_sentence"]


def box_sentence(
    words: Language,
    scenario: Scenario,
    box: RuinBox,
    found: RuinExplanation,
    called: Callable[[str], str],
    amount: Callable[[str, float], str],
) -> str:
    """Which inputs and processes are within what bounds in the ``box`` of ``found``, and how often futures in it are
    ruined.

    ``called`` is the name of a quantity in words, ``amount`` one of its values; a box has a rule at least.
    """
    rules = []
    for name, (low, high) in box.rules.items():
        quantity = words.text("why.quoted", name=called(name))
        if scenario.quantities[name.partition("[")[0]].kind == "process":
            quantity = words.text("why.on_average", name=quantity)
        key = "why.at_most" if math.isinf(low) else "why.at_least" if math.isinf(high) else "why.between"
        ends = {end: amount(name, at) for end, at in (("low", low), ("high", high)) if math.isfinite(at)}
        rules.append(words.text(key, name=quantity, **ends))
    joined = ", ".join(rules[:-1])
    return words.text(
        "why.box",
        rules=words.text("why.box_and", first=joined, last=rules[-1]) if joined else rules[0],
        density=words.share(box.density, 2),
        probability=words.share(found.probability, 2),
        coverage=words.share(box.coverage, 2),
    )
