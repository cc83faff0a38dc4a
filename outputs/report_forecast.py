"""The first two sections of the report: the answer, and when the money runs out."""

from __future__ import annotations

import datetime

import numpy as np
from markupsafe import Markup

from burncast.outputs import estimates, report_charts
from burncast.outputs.amounts import zero_count_bound
from burncast.outputs.report_blocks import Block, Chart, Heading, Teller, Text, TextTable, chart
from burncast.outputs.result_files import main_quantity
from burncast.outputs.sparklines import futures_grid
from burncast.outputs.summary import Summary, summarise

__all__ = ["answer_sentences", "plain_main", "tell_answer", "tell_ruin", "worded"]

CONFIDENCES = (*np.arange(0.5, 0.96, 0.025).round(3).tolist(), 0.96, 0.97, 0.98, 0.99)
MARKED = (0.5, 0.8, 0.9, 0.95, 0.99)


def answer_sentences(teller: Teller) -> list[str]:
    """The answer: the chance with its error, when, how it depends on the assumptions, what more money does."""
    found, words = teller.found, teller.words
    base, horizon = found.base, found.scenario.periods
    if found.scenario.ruin is None:
        return [words.text("answer.no_ruin")]
    probability = estimates.ruin_probability(base)
    last, error = float(probability[-1]), float(estimates.ruin_probability_se(base)[-1])
    trajectories, by = words.whole(base.trajectories), teller.by(horizon)
    bound = zero_count_bound(base.independent)
    if last == 0.0:
        return [words.text("answer.never", trajectories=trajectories, by=by, bound=words.bound_share(bound))]
    half = int(np.argmax(probability >= 0.5 * last))
    if last == 1.0:
        above = words.bound_share(1.0 - bound)
        return [words.text("answer.always", trajectories=trajectories, by=by, bound=above, half=teller.period(half))]
    sentences = [words.text("answer.ruin", probability=words.probability(last, error, base.independent), by=by)]
    sentences.append(words.text("answer.half", half=teller.period(half)))
    more = found.more
    if more is not None and more.left is not None:
        amount, share = teller.money(more.amount), words.share(more.left)
        sentences.append(words.text("answer.more_not", amount=amount, share=share))
    elif more is not None and more.low is not None:
        key = "answer.more" if more.high is not None else "answer.more_than"
        sentences.append(
            words.text(
                key,
                amount=teller.money(more.amount),
                goal=words.share(more.goal),
                low=teller.words.amount(more.low),
                high=teller.words.amount(more.high or 0.0),
            )
        )
    if found.band is not None:
        low, high = (words.share(float(end), 2) for end in found.band[-1, [0, 2]])
        sentences.append(words.text("answer.band", low=low, high=high))
    return sentences


def tell_answer(teller: Teller) -> list[Block]:
    """The answer in words, as a picture, and in figures."""
    found, words = teller.found, teller.words
    first, *others = answer_sentences(teller)
    blocks: list[Block] = [Text(first, "answer"), *(Text(sentence, "finding") for sentence in others)]
    main = plain_main(teller)
    if found.scenario.ruin is not None:
        blocks.append(_hundred(teller))
    if main is not None:
        low, median, high = (teller.of(main, float(value)) for value in teller.quantiles(main)[[0, 2, 4], -1])
        at = teller.at(found.scenario.periods)
        said = words.text("answer.value", quantity=worded(main).capitalize(), median=median, at=at, low=low, high=high)
        blocks.append(Text(said, "finding"))
    elif found.scenario.ruin is None and not found.base.tracked:
        blocks.append(Text(words.text("answer.nothing"), "finding"))
    if len(others) > 0 and found.scenario.ruin is not None:
        blocks.append(Text(words.text("answer.error", trajectories=words.whole(found.base.trajectories)), "quiet"))
    return [*blocks, Heading(words.text("answer.figures")), *_figures(teller, summarise(found.base))]


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


def plain_main(teller: Teller) -> str | None:
    """The tracked quantity that ruin is about, where it is one number; or else the first tracked one that is."""
    main = main_quantity(teller.found.scenario)
    plain = [one.name for one in teller.found.base.tracked if not one.dims]
    return main if main in plain else next(iter(plain), None)


def worded(name: str) -> str:
    """The name of a quantity or of one of its elements as words."""
    return name.replace("_", " ").replace("[", " (").replace("]", ")").replace('"', "")


def _hundred(teller: Teller) -> Chart:
    words, by = teller.words, teller.by(teller.found.scenario.periods)
    last = float(estimates.ruin_probability(teller.found.base)[-1])
    ruined = round(100 * last)
    if 0.0 < last < 1.0:
        ruined = min(ruined, 99)
    title = words.text("answer.picture_title", count=ruined, by=by)
    alt = words.text("answer.picture_text", ruined=ruined, others=100 - ruined, by=by)
    picture = futures_grid(ruined, "hundred", title, alt)
    few = " " + words.text("answer.few") if ruined == 0 and last > 0.0 else ""
    return Chart(picture, Markup(""), alt + few)


def _curve(teller: Teller) -> list[Block]:
    found, words = teller.found, teller.words
    probability = estimates.ruin_probability(found.base)
    error = estimates.ruin_probability_se(found.base)
    last = words.probability(float(probability[-1]), float(error[-1]), found.base.independent)
    horizon = found.scenario.periods
    finding = words.text("ruin.curve_finding", when=teller.period(horizon), probability=last)
    alt = words.text("ruin.curve_alt", when=teller.period(horizon), probability=last)
    if found.band is not None:
        low, high = (words.share(float(end), 2) for end in found.band[-1, [0, 2]])
        alt += " " + words.text("ruin.curve_alt_band", low=low, high=high)
        said = words.text("ruin.curve_band", low=low, high=high)
    else:
        said = words.text("ruin.curve_no_band", reason=words.text(found.no_band))
    drawn = chart(
        teller.canvas,
        lambda canvas: report_charts.ruin_curve(canvas, probability, error, found.band),
        "ruin",
        words.text("ruin.curve"),
        alt,
        finding,
    )
    return [Heading(words.text("ruin.curve")), drawn, Text(said, "quiet")]


def _fan(teller: Teller) -> list[Block]:
    main, words = plain_main(teller), teller.words
    if main is None:
        return []
    quantiles = teller.quantiles(main)
    first = int(np.argmax(np.isfinite(quantiles[2])))
    begin = teller.of(main, float(quantiles[2, first]))
    low, lower, end, upper, high = (teller.of(main, float(value)) for value in quantiles[:, -1])
    if low == high:
        finding = words.text("ruin.fan_constant", end=end)
    else:
        finding = words.text("ruin.fan_finding", begin=begin, end=end, low=low, high=high)
    when = teller.period(teller.found.scenario.periods)
    alt = words.text("ruin.fan_alt", begin=begin, end=end, low=low, lower=lower, upper=upper, high=high, when=when)
    label = ", ".join(filter(None, (worded(main), teller.unit(main))))
    title = words.text("ruin.fan", quantity=worded(main))
    drawn = chart(teller.canvas, lambda canvas: report_charts.fan(canvas, quantiles, label), "fan", title, alt, finding)
    return [Heading(title), drawn, Text(words.text("ruin.fan_note"), "quiet")]


def _runway(teller: Teller) -> list[Block]:
    found, words = teller.found, teller.words
    shares = np.maximum(np.diff(estimates.ruin_probability(found.base)), 0.0)
    last = float(estimates.ruin_probability(found.base)[-1])
    title, horizon = words.text("ruin.runway"), teller.span(found.scenario.periods)
    if last == 0.0:
        return [Heading(title), Text(answer_sentences(teller)[0], "finding")]
    censored = words.share(1.0 - last)
    finding = words.text("ruin.runway_finding", censored=censored, horizon=horizon)
    if last == 1.0:
        finding = words.text("ruin.runway_all", horizon=horizon)
    most = int(np.argmax(shares))
    when = teller.period(most + 1)
    alt = words.text(
        "ruin.runway_alt", most=words.share(float(shares[most])), when=when, censored=censored, horizon=horizon
    )
    drawn = chart(
        teller.canvas,
        lambda canvas: report_charts.runway(canvas, shares, 1.0 - last),
        "runway",
        title,
        alt,
        finding,
    )
    return [Heading(title), drawn]


def _need(teller: Teller) -> list[Block]:
    words, base = teller.words, teller.found.base
    title = words.text("ruin.need")
    amounts = estimates.funding_need(base, CONFIDENCES)
    if not amounts[-1] > 0.0:
        return [Heading(title), Text(words.text("ruin.need_none", confidence=words.share(CONFIDENCES[-1])), "finding")]
    at = CONFIDENCES.index(0.95)
    if amounts[at] > 0.0:
        finding = words.text("ruin.need_finding", amount=teller.money(float(amounts[at])), confidence=words.share(0.95))
    else:
        finding = words.text("ruin.need_none", confidence=words.share(0.95))
    marked = [CONFIDENCES.index(one) for one in MARKED if amounts[CONFIDENCES.index(one)] > 0.0]
    points = "; ".join(f"{words.share(CONFIDENCES[place])} {teller.money(float(amounts[place]))}" for place in marked)
    drawn = chart(
        teller.canvas,
        lambda canvas: report_charts.need(canvas, np.asarray(CONFIDENCES), amounts, marked),
        "need",
        title,
        words.text("ruin.need_alt", points=points),
        finding,
    )
    return [Heading(title), drawn]


def _frontier(teller: Teller) -> list[Block]:
    found, words = teller.found, teller.words
    title = words.text("ruin.frontier")
    dataset = found.frontier
    if dataset is None:
        reason = words.text("page.absent", reason=words.text(found.no_frontier))
        return [Heading(title), Text(reason, "quiet")]
    survival = dataset["survival"].values
    amount = teller.money(float(dataset["amount"].values[-1]))
    now, share = (words.share(float(survival[place, -1])) for place in (0, -1))
    horizon = teller.span(int(dataset["period"].values[-1]))
    finding = words.text("ruin.frontier_finding", amount=amount, share=share, now=now, horizon=horizon)
    alt = words.text("ruin.frontier_alt", amount=amount, share=share, now=now)
    drawn = chart(
        teller.canvas, lambda canvas: report_charts.frontier(canvas, dataset), "frontier", title, alt, finding
    )
    columns = [
        words.text("table.frontier_first"),
        *(teller.span(int(period)) for period in dataset["period"].values),
    ]
    errors = dataset["survival_se"].values
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
    return [Heading(title), drawn, Text(words.text("ruin.frontier_note"), "quiet"), table]


def _figures(teller: Teller, summary: Summary) -> list[Block]:
    words, step = teller.words, summary.step
    tables: list[Block] = []

    def until(period: int, date: str | None) -> str:
        if date is None:
            return teller.span(period)
        return f"{words.date(datetime.date.fromisoformat(date), step)} ({teller.span(period)})"

    if summary.ruin_probability:
        rows = [
            [until(one.period, one.date), words.probability(one.probability, one.standard_error, summary.independent)]
            for one in summary.ruin_probability
        ]
        tables.append(TextTable(words.text("table.ruin_caption"), words.texts_of("table.ruin_columns"), rows))
        beyond = words.text("word.beyond", span=teller.span(summary.periods))
        rows = [
            [words.share(one.quantile), beyond if one.periods is None else until(one.periods, one.date)]
            for one in summary.runway
        ]
        tables.append(TextTable(words.text("table.runway_caption"), words.texts_of("table.runway_columns"), rows))
    if summary.funding_need:
        rows = [[words.share(one.confidence), teller.money(one.amount)] for one in summary.funding_need]
        tables.append(TextTable(words.text("table.need_caption"), words.texts_of("table.need_columns"), rows))
    if summary.horizon:
        rows = [
            [
                " ".join([worded(one.name), *([f"({', '.join(one.element)})"] if one.element else [])]),
                *(words.amount(value) for value in (one.mean, one.p5, one.p50, one.p95)),
                one.unit or "",
            ]
            for one in summary.horizon
        ]
        caption = words.text("table.horizon_caption", when=teller.period(summary.periods))
        tables.append(TextTable(caption, words.texts_of("table.horizon_columns"), rows, last_words=True))
    return tables
