"""The first section of the report: the answer in words, as a picture, and in figures."""

from __future__ import annotations

import numpy as np

from burncast.outputs.charts.sparklines import futures_grid
from burncast.outputs.files.result_files import main_quantity
from burncast.outputs.report.blocks import Block, Chart, Heading, Teller, Text, TextTable
from burncast.outputs.results.summary import CONFIDENCES as MARKED
from burncast.outputs.results.summary import RUIN_PERIODS, RUNWAY_QUANTILES
from burncast.outputs.words.amounts import zero_count_bound
from burncast.outputs.words.scenario_text import begun, worded

__all__ = ["answer_sentences", "band_ends", "plain_main", "tell_answer"]

FAR_OVER_HALF = 0.56
"""From which share on it is told, where half of the ruined futures are ruined by the end of a period, or more."""


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
    low, high = band_ends(teller)
    if low != high:
        sentences.append(words.text("answer.band", low=low, high=high))
    return sentences


def band_ends(teller: Teller) -> tuple[str, str]:
    """The ends at the horizon of the band from the inputs, in words; the same twice where there is no such band."""
    band = teller.found.band
    if band is None:
        return "", ""
    low, high = (teller.words.share(float(end), 2) for end in band[-1, [0, 2]])
    return low, high


def plain_main(teller: Teller) -> str | None:
    """The tracked quantity that ruin is about, where it is one number; or else the first tracked one that is."""
    main = main_quantity(teller.found.scenario)
    plain = [name for name, dims in teller.found.base.tracked.items() if not dims]
    return main if main in plain else next(iter(plain), None)


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


def _value_sentence(teller: Teller) -> str:
    """What becomes of the main quantity, where it is one number."""
    main = plain_main(teller)
    if main is None:
        return ""
    low, median, high = (teller.of(main, float(value)) for value in teller.found.base.quantiles(main)[[0, 2, 4], -1])
    key = "answer.value_always" if low == high else "answer.value"
    at = teller.at(teller.found.scenario.periods)
    return teller.words.text(key, quantity=begun(worded(main)), median=median, at=at, low=low, high=high)


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
