"""The fourth section of the report: every assumption, with its law as a small picture, and how the model computes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from burncast.distributions.errors import BurncastError
from burncast.engine.language.constants import constant, is_constant
from burncast.engine.language.expressions import render
from burncast.engine.scenario import Quantity
from burncast.outputs.assumptions.rows import Partner, law_of, partners_of, values_by_element
from burncast.outputs.charts.inline_svg import Picture
from burncast.outputs.charts.sparklines import density_sparkline, fan_sparkline, sample_sparkline
from burncast.outputs.report.blocks import Block, Cell, Heading, Line, Teller, Text, TextTable
from burncast.outputs.report.contradictions import tell_contradictions
from burncast.outputs.words.scenario_text import expression_text, value_text, worded

__all__ = ["dependence_of", "tell_assumptions"]

MOST_ELEMENTS = 24


def tell_assumptions(teller: Teller) -> list[Block]:
    """Uncertain inputs, processes, numbers taken as given, and the formulas."""
    words, scenario = teller.words, teller.found.scenario
    inputs = [quantity for quantity in scenario.quantities.values() if quantity.kind == "input"]
    uncertain = [quantity for quantity in inputs if not _is_number(quantity)]
    processes = [quantity for quantity in scenario.quantities.values() if quantity.kind == "process"]
    fixed = [quantity for quantity in inputs if _is_number(quantity)]
    blocks: list[Block] = [Text(words.text("assumptions.lead"))]
    if scenario.description:
        blocks.insert(0, Text(scenario.description))
    blocks += tell_contradictions(teller)
    pictures = ((uncertain, "assumptions.inputs", _densities), (processes, "assumptions.processes", _fans))
    for quantities, key, draw in pictures:
        blocks += _listed(teller, quantities, words.text(key), draw)
    if fixed:
        heads = words.texts_of("assumptions.columns")
        rows: list[list[Cell]] = [
            [worded(one.name), _value(teller, one), one.unit or "", _said(teller, one)] for one in fixed
        ]
        caption = words.text("assumptions.fixed")
        blocks += [
            Heading(caption),
            TextTable(caption, [heads[0], heads[1], *heads[3:]], rows, 4, stacking=True, titled=True),
        ]
    return blocks + _model(teller)


def dependence_of(teller: Teller, name: str) -> list[str]:
    """What a quantity is correlated with, in words, each other member once for each correlation."""
    return list(dict.fromkeys(_partner(teller, partner) for partner in partners_of(teller.found.scenario, name)))


def _partner(teller: Teller, partner: Partner) -> str:
    words, correlation = teller.words, partner.correlation
    called = worded(partner.member)
    if correlation.theta is not None:
        theta = words.number(f"{correlation.theta:.3g}")
        return words.text("assumptions.with_theta", name=called, copula=correlation.copula, theta=theta)
    if partner.rho is None:
        return words.text("assumptions.with_copula", name=called, copula=correlation.copula)
    rho = words.number(f"{partner.rho:.3g}").replace("-", "−")
    if correlation.df is None:
        return words.text("assumptions.with_rho", name=called, rho=rho)
    return words.text("assumptions.with_t", name=called, rho=rho, df=words.number(f"{correlation.df:g}"))


def _is_number(quantity: Quantity) -> bool:
    """Whether every element of an input is a plain number."""
    try:
        return all(
            is_constant(expression) and isinstance(constant(expression), float)
            for expression in values_by_element(quantity.value).values()
        )
    except BurncastError:
        return False


def _listed(
    teller: Teller, quantities: list[Quantity], caption: str, draw: Callable[[Teller, Quantity], list[Line]]
) -> list[Block]:
    if not quantities:
        return [Heading(caption), Text(teller.words.text("assumptions.none"), "quiet")]
    rows: list[list[Cell]] = [
        [
            worded(one.name),
            _value(teller, one),
            draw(teller, one),
            one.unit or "",
            _said(teller, one),
        ]
        for one in quantities
    ]
    columns = teller.words.texts_of("assumptions.columns")
    return [Heading(caption), TextTable(caption, columns, rows, len(columns), stacking=True, titled=True)]


def _value(teller: Teller, quantity: Quantity) -> list[Line]:
    """The value of each element as the scenario says it."""
    words, elements = teller.words, list(values_by_element(quantity.value).items())
    lines = [
        Line(expression_text(expression), "code", lead=_lead(teller, labels))
        for labels, expression in elements[:MOST_ELEMENTS]
    ]
    if len(elements) > MOST_ELEMENTS:
        lines.append(Line("…"))
    if quantity.states:
        lines.append(Line(words.text("assumptions.states", states=", ".join(quantity.states))))
    if quantity.decision is not None:
        low, high = (words.amount(end) for end in quantity.decision)
        lines.append(Line(words.text("assumptions.decision", low=low, high=high)))
    return lines


def _said(teller: Teller, quantity: Quantity) -> list[Line]:
    """Source, note, and what moves with it."""
    lines = [Line(teller.words.text("assumptions.source", text=quantity.source))] if quantity.source else []
    lines += [Line(quantity.note)] if quantity.note else []
    partners = dependence_of(teller, quantity.name)
    return lines + (
        [Line(teller.words.text("assumptions.partners", names=teller.words.joined(partners)))] if partners else []
    )


def _densities(teller: Teller, quantity: Quantity) -> list[Line]:
    """How each element comes out, as a picture with its middle and its range: by its law, or as it was drawn where no
    law states it, or as its course where it is known by date.
    """
    words, lines = teller.words, []
    for place, (labels, expression) in enumerate(list(values_by_element(quantity.value).items())[:MOST_ELEMENTS]):
        law, drawn = law_of(expression), teller.found.drawn.get(quantity.name, {}).get(labels)
        own = f"law-{quantity.name}-{place}"
        name = f"{worded(quantity.name)} {', '.join(labels)}".strip()
        if drawn is not None and drawn.path is not None:
            begin, end = (words.amount(drawn.path[at]) for at in (0, -1))
            text = words.text("assumptions.course", begin=begin, end=end)
            fan = np.tile(drawn.path, (3, 1))
            picture = fan_sparkline(fan, own, words.text("assumptions.fan", name=name), text)
        elif drawn is not None and drawn.picture is not None:
            shown = dict(drawn.picture.quantiles)
            text = _range(teller, shown[0.5], shown[0.05], shown[0.95])
            picture = sample_sparkline(drawn.picture, own, words.text("assumptions.density", name=name), text)
        elif law is not None:
            low, median = (float(value) for value in law.quantile([0.05, 0.5]))
            text = _range(teller, median, low, float(law.quantile_upper(0.05)))
            picture = density_sparkline(law, own, words.text("assumptions.density", name=name), text)
        else:
            continue
        lines.append(_pictured(teller, picture, labels, text))
    return lines


def _range(teller: Teller, median: float, low: float, high: float) -> str:
    words = teller.words
    ends = [words.amount(value) for value in (median, low, high)]
    if ends[1] == ends[2]:
        return words.text("assumptions.always", median=ends[0])
    return words.text("assumptions.range", median=ends[0], low=ends[1], high=ends[2])


def _fans(teller: Teller, quantity: Quantity) -> list[Line]:
    """A process over time; one with states, whose numbers mean nothing, has no picture."""
    words, lines = teller.words, []
    worlds = {} if quantity.states else teller.found.worlds.get(quantity.name, {})
    for place, (labels, fan) in enumerate(list(worlds.items())[:MOST_ELEMENTS]):
        known = fan[:, np.isfinite(fan).all(axis=0)]
        if not known.size:
            continue
        begin, end, low, high = (
            words.amount(float(value)) for value in (known[1, 0], known[1, -1], known[0, -1], known[2, -1])
        )
        text = words.text("assumptions.fan_text", begin=begin, end=end, low=low, high=high)
        name = f"{worded(quantity.name)} {', '.join(labels)}".strip()
        title = words.text("assumptions.fan", name=name)
        picture = fan_sparkline(fan, f"law-{quantity.name}-{place}", title, text)
        lines.append(_pictured(teller, picture, labels, text))
    return lines


def _pictured(teller: Teller, picture: Picture, labels: tuple[str, ...], text: str) -> Line:
    return Line(text, "small", lead=_lead(teller, labels), picture=picture)


def _lead(teller: Teller, labels: tuple[str, ...]) -> str:
    """The element that a line is about, before what it says."""
    return teller.words.text("word.label", label=worded(", ".join(labels))) if labels else ""


def _model(teller: Teller) -> list[Block]:
    words, scenario = teller.words, teller.found.scenario
    title = words.text("assumptions.model")
    blocks: list[Block] = [Heading(title)]
    if scenario.ruin is not None:
        need = scenario.ruin.need
        key = "assumptions.ruin_is" if need is not None else "assumptions.ruin_is_only"
        when = render(scenario.ruin.when)
        blocks.append(Text(words.text(key, when=when, need=render(need) if need is not None else "")))
    if scenario.start is not None:
        start = words.date(scenario.start, "week")
        blocks.append(Text(words.text("assumptions.calendar", periods=teller.span(scenario.periods), start=start)))
    rows: list[list[Cell]] = [
        [
            worded(one.name),
            words.text(f"why.{one.kind}"),
            [Line(value_text(one), "code")],
            one.unit or "",
            _said(teller, one),
        ]
        for one in scenario.quantities.values()
        if one.kind in ("formula", "stock")
    ]
    if rows:
        blocks.append(Text(words.text("assumptions.model_lead"), "quiet"))
        blocks.append(
            TextTable(title, words.texts_of("assumptions.model_columns"), rows, 5, stacking=True, titled=True)
        )
    return blocks
