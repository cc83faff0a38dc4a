"""The first two sections of the report: the answer, and when the money runs out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from burncast.outputs.charts.sparklines import futures_grid
from burncast.outputs.files.result_files import main_quantity
from burncast.outputs.report import charts
from burncast.outputs.report.blocks import Block, Chart, Heading, Teller, Text, TextTable, chart
from burncast.outputs.results.summary import CONFIDENCES as MARKED
from burncast.outputs.results.summary import RUIN_PERIODS, RUNWAY_QUANTILES
from burncast.outputs.words.amounts import zero_count_bound
from burncast.outputs.words.scenario_text import begun, worded

if TYPE_CHECKING:
    import xarray as xr

    from burncast.outputs.report.findings import MoreFunding

__all__ = ["answer_sentences", "label_of", "plain_main", "tell_answer", "tell_ruin"]

BEYOND_CHANCE = 3.0
"""How many standard errors a loss has that is no chance."""
FAR_OVER_HALF = 0.56
"""From which share on it is told, where half of the ruined futures are ruined by the end of a period, or more."""


def answer_sentences(teller: Teller) -> list[str]:
    """The answer: the chance with its error, when, how it depends on the assumptions, what more money does."""
    found, words = teller.found, teller.words
    base, horizon = found.base, found.scenario.periods
    if found.scenario.ruin is None:
        return [words.text("answer.no_ruin")]
    probability = base.probability
    last, error = float(probability[-1]), float(base.error[-1])
    trajectories, by = words.whole(base.trajectories), teller.by(horizon)
    bound, alone = zero_count_bound(base.independent), "_one" if base.trajectories == 1 else ""
    if last == 0.0:
        below = words.bound_share(bound)
        return [words.text(f"answer.never{alone}", trajectories=trajectories, by=by, bound=below)]
    half, (more, interval) = _half(teller), _more(teller)
    if last == 1.0:
        above = words.bound_share(1.0 - bound)
        first = words.text(f"answer.always{alone}", trajectories=trajectories, by=by, bound=above)
        return [f"{words.joined([first, *half])}.", *(f"{one[:1].upper()}{one[1:]}." for one in more), *interval]
    said = words.probability(last, error, base.independent)
    key = "answer.sentence" if half + more else "answer.sentence_alone"
    sentences = [words.text(key, probability=said, by=by, rest=words.joined(half + more)), *interval]
    low, high = _band_ends(teller)
    if low != high:
        sentences.append(words.text("answer.band", low=low, high=high))
    return sentences


def _half(teller: Teller) -> list[str]:
    """By when half of the ruined futures are, as a part of a sentence, or the share of them that are by then.

    Nothing of a single future or period.
    """
    words, base = teller.words, teller.found.base
    if base.trajectories == 1 or teller.found.scenario.periods == 1:
        return []
    place = int(np.argmax(base.probability >= 0.5 * base.probability[-1]))
    share = float(base.probability[place] / base.probability[-1])
    key = "answer.half" if share < FAR_OVER_HALF else "answer.half_over"
    return [words.text(key, half=teller.period(place), share=words.share(share, 2))]


def _band_ends(teller: Teller) -> tuple[str, str]:
    """The ends at the horizon of the band from the inputs, in words; the same twice where there is no such band."""
    band = teller.found.band
    if band is None:
        return "", ""
    low, high = (teller.words.share(float(end), 2) for end in band[-1, [0, 2]])
    return low, high


def _more(teller: Teller) -> tuple[list[str], list[str]]:
    """What more money does, as a part of a sentence, and how well the amount is known, as a sentence."""
    words, more = teller.words, teller.found.more
    if more is None:
        return [], []
    if more.left is not None:
        return [words.text("answer.more_not", amount=teller.money(more.amount), share=words.share(more.left))], []
    if more.low is None:
        return [], []
    part = words.text("answer.more", amount=teller.money(more.amount), goal=words.share(more.goal))
    key = "answer.interval" if more.high is not None else "answer.interval_open"
    return [part], [words.text(key, low=teller.money(more.low), high=teller.money(more.high or 0.0))]


def tell_answer(teller: Teller) -> list[Block]:
    """The answer in words, as a picture, and in figures."""
    found, words = teller.found, teller.words
    first, *others = answer_sentences(teller)
    value = _value_sentence(teller)
    if found.scenario.ruin is None:
        blocks: list[Block] = [Text(value, "answer"), Text(first, "quiet")] if value else [Text(first, "answer")]
        if not found.base.tracked:
            blocks.append(Text(words.text("answer.nothing"), "finding"))
    else:
        blocks = [Text(first, "answer"), *(Text(sentence) for sentence in others), _hundred(teller)]
        blocks += [Text(value, "finding")] if value else []
        if 0.0 < found.base.probability[-1] < 1.0:
            blocks.append(Text(words.text("answer.error", trajectories=words.whole(found.base.trajectories)), "quiet"))
    return [*blocks, Heading(words.text("answer.figures")), *_figures(teller)]


def _value_sentence(teller: Teller) -> str:
    """What becomes of the main quantity, where it is one number."""
    main = plain_main(teller)
    if main is None:
        return ""
    low, median, high = (teller.of(main, float(value)) for value in teller.found.base.quantiles(main)[[0, 2, 4], -1])
    key = "answer.value_always" if low == high else "answer.value"
    at = teller.at(teller.found.scenario.periods)
    return teller.words.text(key, quantity=begun(worded(main)), median=median, at=at, low=low, high=high)


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
    plain = [name for name, dims in teller.found.base.tracked.items() if not dims]
    return main if main in plain else next(iter(plain), None)


def label_of(teller: Teller, name: str) -> str:
    """What stands above the axis of a quantity: its name and its unit."""
    return ", ".join(filter(None, (worded(name), teller.unit(name))))


def _hundred(teller: Teller) -> Chart:
    """The answer as a picture: a hundred futures, by when they are ruined, and again with more money."""
    found, words, by = teller.found, teller.words, teller.by(teller.found.scenario.periods)
    probability = found.base.probability
    last, half = float(probability[-1]), int(np.argmax(probability >= 0.5 * probability[-1]))
    ruined = _of_hundred(last)
    early = min(ruined, round(100 * float(probability[half]))) if half < found.scenario.periods else ruined
    others = words.text("answer.picture_others", count=100 - ruined)
    if 0 < early < ruined:
        first = words.text("answer.picture_early", count=early, half=teller.period(half))
        parts = [first, words.text("answer.picture_late", count=ruined - early, by=by), others]
    else:
        early = 0
        parts = [words.text("answer.picture_all", count=ruined, by=by), others]
    said = words.text("answer.picture_text", parts=", ".join(parts))
    rows = [(words.text("answer.row_now"), early, ruined)]
    more = found.more
    if more is not None and (more.low is not None or more.left is not None):
        left = _of_hundred(more.goal if more.left is None else more.left)
        amount = teller.money(more.amount)
        rows.append((words.text("answer.row_more", amount=amount), 0, left))
        said += " " + words.text("answer.picture_more", amount=amount, count=left)
    if ruined == 0 and last > 0.0:
        said += " " + words.text("answer.few")
    title = words.text("answer.picture_title", count=ruined, by=by)
    return Chart(futures_grid(rows, "hundred", title, said), None, said)


def _of_hundred(share: float) -> int:
    """How many of a hundred futures; not all of them where some are not."""
    return min(round(100 * share), 99) if 0.0 < share < 1.0 else round(100 * share)


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
    low, high = _band_ends(teller)
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


def _figures(teller: Teller) -> list[Block]:
    words, run = teller.words, teller.found.base
    horizon = run.scenario.periods
    tables: list[Block] = []
    if run.has_ruin:
        rows = [
            [
                _until(teller, period),
                words.probability(float(run.probability[period]), float(run.error[period]), run.independent),
            ]
            for period in (*(period for period in RUIN_PERIODS if period < horizon), horizon)
        ]
        tables.append(TextTable(words.text("table.ruin_caption"), words.texts_of("table.ruin_columns"), rows))
        rows = []
        for share in RUNWAY_QUANTILES:
            period = run.runway(share)
            beyond = words.text("word.beyond", span=teller.span(horizon))
            rows.append([words.share(share), beyond if period is None else _until(teller, period)])
        tables.append(TextTable(words.text("table.runway_caption"), words.texts_of("table.runway_columns"), rows))
    if run.needs:
        rows = [[words.share(one), teller.money(run.needs[one])] for one in MARKED]
        tables.append(TextTable(words.text("table.need_caption"), words.texts_of("table.need_columns"), rows))
    rows = [
        [
            worded(f"{one.name}[{', '.join(one.labels)}]" if one.labels else one.name),
            *(words.amount(value) for value in (one.mean, one.low, one.middle, one.high)),
            teller.unit(one.name),
        ]
        for one in run.horizon()
    ]
    if rows:
        caption = words.text("table.horizon_caption", when=teller.canvas.period(horizon))
        tables.append(TextTable(caption, words.texts_of("table.horizon_columns"), rows, last_words=True))
    return tables


def _until(teller: Teller, period: int) -> str:
    """Until when: a date and a number of periods, or that number alone."""
    scenario = teller.found.scenario
    if scenario.start is None:
        return teller.span(period)
    return f"{teller.words.date(scenario.dates()[period], scenario.step)} ({teller.span(period)})"
