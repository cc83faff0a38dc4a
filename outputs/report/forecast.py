"""The second section of the report: when the money runs out, and what more of it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from burncast.outputs.report import charts
from burncast.outputs.report.answer import answer_sentences, band_ends, plain_main
from burncast.outputs.report.blocks import Block, Heading, Teller, Text, TextTable, chart
from burncast.outputs.results.summary import CONFIDENCES as MARKED
from burncast.outputs.words.scenario_text import worded

if TYPE_CHECKING:
    import xarray as xr

    from burncast.outputs.report.findings import MoreFunding

__all__ = ["label_of", "tell_ruin"]

BEYOND_CHANCE = 3.0
"""How many standard errors a loss has that is no chance."""


def tell_ruin(teller: Teller) -> list[Block]:
    """Ruin over time, the fan of the main quantity, runway, need and frontier."""
    blocks: list[Block] = []
    if teller.found.scenario.ruin is not None:
        blocks += _curve(teller)
    blocks += _fan(teller)
    if teller.found.scenario.ruin is not None:
        blocks += _runway(teller)
        blocks += _need(teller) if teller.found.scenario.ruin.need is not None else []
        blocks += _frontier(teller)
    return blocks


def label_of(teller: Teller, name: str) -> str:
    """What stands above the axis of a quantity: its name and its unit."""
    return ", ".join(filter(None, (worded(name), teller.unit(name))))


def _curve(teller: Teller) -> list[Block]:
    found, words = teller.found, teller.words
    probability, error = found.base.probability, found.base.error
    last = words.probability(float(probability[-1]), float(error[-1]), found.base.independent)
    horizon = found.scenario.periods
    title = words.text("ruin.curve")
    finding = words.text("ruin.curve_finding", when=teller.period(horizon), probability=last)
    if not probability.any() and (found.band is None or not found.band.any()):
        return [Heading(title), Text(finding, "finding")]
    alt = words.text("ruin.curve_alt", when=teller.period(horizon), probability=last)
    low, high = band_ends(teller)
    if low != high:
        alt += " " + words.text("ruin.curve_alt_band", low=low, high=high)
        said = words.text("ruin.curve_band", low=low, high=high)
    elif found.band is not None:
        said = words.text("ruin.curve_band_alone")
    else:
        said = words.text("ruin.curve_no_band", reason=words.text(found.no_band))
    drawn = chart(
        teller.canvas,
        lambda canvas: charts.ruin_curve(canvas, probability, error, found.band),
        "ruin",
        title,
        alt,
        finding,
    )
    return [Heading(title), drawn, Text(said, "quiet")]


def _fan(teller: Teller) -> list[Block]:
    main, words = plain_main(teller), teller.words
    if main is None:
        return []
    quantiles = teller.found.base.quantiles(main)
    first = int(np.argmax(np.isfinite(quantiles[2])))
    begin = teller.of(main, float(quantiles[2, first]))
    low, lower, end, upper, high = (teller.of(main, float(value)) for value in quantiles[:, -1])
    if low == high:
        finding = words.text("ruin.fan_constant", end=end)
    else:
        finding = words.text("ruin.fan_finding", begin=begin, end=end, low=low, high=high)
    when = teller.period(teller.found.scenario.periods)
    alt = words.text("ruin.fan_alt", begin=begin, end=end, low=low, lower=lower, upper=upper, high=high, when=when)
    label = label_of(teller, main)
    title = words.text("ruin.fan", quantity=worded(main))
    drawn = chart(teller.canvas, lambda canvas: charts.fan(canvas, quantiles, label), "fan", title, alt, finding)
    return [Heading(title), drawn, Text(words.text("ruin.fan_note"), "quiet")]


def _runway(teller: Teller) -> list[Block]:
    found, words = teller.found, teller.words
    shares = np.maximum(np.diff(found.base.probability), 0.0)
    last = float(found.base.probability[-1])
    title, horizon = words.text("ruin.runway"), teller.span(found.scenario.periods)
    if last == 0.0:
        return [Heading(title), Text(answer_sentences(teller)[0], "finding")]
    censored = words.chance(last, float(found.base.error[-1]), left=True)
    finding = words.text("ruin.runway_finding", censored=censored, horizon=horizon)
    if last == 1.0:
        finding = words.text("ruin.runway_all", horizon=horizon)
    most = int(np.argmax(shares))
    when = teller.canvas.period(most + 1)
    alt = words.text(
        "ruin.runway_alt", most=words.share(float(shares[most])), when=when, censored=censored, horizon=horizon
    )
    drawn = chart(
        teller.canvas,
        lambda canvas: charts.runway(canvas, shares, censored if last < 1.0 else ""),
        "runway",
        title,
        alt,
        finding,
    )
    return [Heading(title), drawn]


def _need(teller: Teller) -> list[Block]:
    words, needs = teller.words, teller.found.base.needs
    title = words.text("ruin.need")
    if not needs[MARKED[-1]] > 0.0:
        return [Heading(title), Text(words.text("ruin.need_none", confidence=words.share(MARKED[-1])), "finding")]
    if needs[0.95] > 0.0:
        finding = words.text("ruin.need_finding", amount=teller.money(needs[0.95]), confidence=words.share(0.95))
    else:
        finding = words.text("ruin.need_none", confidence=words.share(0.95))
    confidences, amounts = np.array(list(needs)), np.array(list(needs.values()))
    marked = [place for place, one in enumerate(needs) if one in MARKED and needs[one] > 0.0]
    points = words.joined(
        f"{words.share(confidences[place])} {teller.money(float(amounts[place]))}" for place in marked
    )
    drawn = chart(
        teller.canvas,
        lambda canvas: charts.need(canvas, confidences, amounts, marked),
        "need",
        title,
        words.text("ruin.need_alt", points=points),
        finding,
    )
    note = [Text(words.text("ruin.need_note"), "quiet")] if _is_another(teller.found.more, needs[0.95]) else []
    return [Heading(title), drawn, *note]


def _is_another(more: MoreFunding | None, need: float) -> bool:
    """Whether the amount of the answer is told, and is not the funding need at the same confidence."""
    if more is None or more.low is None or more.goal != 0.05:
        return False
    return not more.low <= need <= (more.high or need)


def _frontier(teller: Teller) -> list[Block]:
    found, words = teller.found, teller.words
    title = words.text("ruin.frontier")
    dataset = found.frontier
    if dataset is None:
        reason = words.text("page.absent", reason=words.text(found.no_frontier))
        return [Heading(title), Text(reason, "quiet")]
    survival, errors = dataset["survival"].values, dataset["survival_se"].values
    amount = teller.money(float(dataset["amount"].values[-1]))
    now, share = (words.chance(float(survival[place, -1]), float(errors[place, -1])) for place in (0, -1))
    horizon = teller.span(int(dataset["period"].values[-1]))
    finding = words.text("ruin.frontier_finding", amount=amount, share=share, now=now, horizon=horizon)
    alt = words.text("ruin.frontier_alt", amount=amount, share=share, now=now)
    drawn = chart(teller.canvas, lambda canvas: charts.frontier(canvas, dataset), "frontier", title, alt, finding)
    columns = [
        words.text("table.frontier_first"),
        *(teller.span(int(period)) for period in dataset["period"].values),
    ]
    rows = [
        [
            teller.money(float(amount)),
            *(
                words.probability(float(share), float(error), int(dataset.attrs["trajectories"]))
                for share, error in zip(survival[place], errors[place], strict=True)
            ),
        ]
        for place, amount in enumerate(dataset["amount"].values)
    ]
    table = TextTable(words.text("table.frontier_caption"), columns, rows)
    note = " ".join([words.text("ruin.frontier_note"), *_less_with_more(teller, dataset)])
    return [Heading(title), drawn, Text(note, "quiet"), table]


def _less_with_more(teller: Teller, dataset: xr.Dataset) -> list[str]:
    """The greatest loss of survival from one amount to the next, in a sentence, where it is beyond chance."""
    words = teller.words
    survival, errors = dataset["survival"].values[:, -1], dataset["survival_se"].values[:, -1]
    losses = survival[:-1] - survival[1:]
    if not losses.size:
        return []
    worst = int(np.argmax(losses))
    if losses[worst] <= BEYOND_CHANCE * np.hypot(errors[worst], errors[worst + 1]):
        return []
    before, amount = (teller.money(float(one)) for one in dataset["amount"].values[worst : worst + 2])
    shares = [words.chance(float(survival[one]), float(errors[one])) for one in (worst, worst + 1)]
    return [words.text("ruin.frontier_less", amount=amount, share=shares[1], before=before, before_share=shares[0])]
