"""The third section of the report: what moves the answer, what ruined futures are like, and the variants."""

from __future__ import annotations

import numpy as np

from burncast.engine.questions.explain_ruin import RuinExplanation, draws
from burncast.outputs.report import charts
from burncast.outputs.report.answer import plain_main
from burncast.outputs.report.blocks import Block, Heading, Teller, Text, TextTable, chart
from burncast.outputs.report.forecast import label_of
from burncast.outputs.report.shares import tell_shares
from burncast.outputs.report.variants import tell_variants
from burncast.outputs.words.box_sentence import box_sentence
from burncast.outputs.words.scenario_text import begun, worded

__all__ = ["tell_reasons"]

MOST_BARS = 12
MOST_SHIFTS = 12


def tell_reasons(teller: Teller) -> list[Block]:
    """Tornado, shares, explanation of ruin and typical path where the report was to say why; then the variants."""
    blocks: list[Block] = []
    if teller.found.request.why:
        blocks += _tornado(teller) + tell_shares(teller)
        blocks += _explanation(teller) if teller.found.scenario.ruin is not None else []
    return blocks + tell_variants(teller)


def _tornado(teller: Teller) -> list[Block]:
    words, dataset = teller.words, teller.found.tornado
    title = words.text("why.tornado")
    if dataset is None:
        reason = words.text("page.absent", reason=words.text("why.tornado_absent"))
        return [Heading(title), Text(reason, "quiet")]
    name = teller.found.tornado_output
    output = words.text("why.output_ruin") if name is None else words.text("why.output_mean", quantity=worded(name))

    trajectories = int(dataset.attrs["trajectories"])

    def outcome(value: float) -> str:
        error = (max(value * (1.0 - value), 0.0) / trajectories) ** 0.5
        return words.chance(value, error) if name is None else teller.of(name, value)

    columns = ("value_low", "value_high", "output_low", "output_high")
    labels = [str(label) for label in dataset["input"].values]
    ends = [[float(dataset[column].values[place]) for column in columns] for place in range(len(labels))]
    first, (value_low, value_high, low, high) = labels[0], ends[0]
    finding = words.text(
        "why.tornado_finding",
        input=worded(first),
        output=output,
        low=outcome(low),
        high=outcome(high),
        value_low=teller.of(first, value_low),
        value_high=teller.of(first, value_high),
    )
    names = [worded(label) for label in labels[:MOST_BARS]]
    drawn = chart(
        teller.canvas,
        lambda canvas: charts.tornado(canvas, dataset, names, words.text("why.tornado_axis", output=output)),
        "tornado",
        title,
        words.text("why.tornado_alt", output=output, count=len(names)),
        finding,
    )
    rows = [
        [worded(label), *map(words.amount, own[:2]), *map(outcome, own[2:]), teller.unit(label)]
        for label, own in zip(labels[:MOST_BARS], ends, strict=False)
    ]
    note = words.text("why.tornado_note", trajectories=words.whole(trajectories))
    columns_said = words.texts_of("why.tornado_columns")
    return [
        Heading(title),
        drawn,
        Text(note, "quiet"),
        TextTable(title, columns_said, rows, last_words=True, titled=True),
    ]


def _explanation(teller: Teller) -> list[Block]:
    words, found = teller.words, teller.found.explanation
    title = words.text("why.shifts")
    if found is None:
        last = float(teller.found.base.probability[-1])
        key = "none" if last == 0.0 else "all" if last == 1.0 else "absent"
        reason = words.text("page.absent", reason=words.text(f"why.explain_{key}"))
        return [Heading(title), Text(reason, "quiet")]
    known = [("why.input", one) for one in found.inputs] + [("why.process", one) for one in found.levels]
    rows = [
        (
            one.shift,
            [
                worded(one.name),
                words.text(kind),
                _signed(teller, one.shift),
                *(words.amount(ends[1]) for ends in (one.all, one.ruined)),
                teller.unit(one.name),
            ],
        )
        for kind, one in known
    ]
    rows += [
        (shift, [worded(name), words.text("why.draw"), _signed(teller, shift), "", "", ""])
        for name, shift in draws(teller.found.scenario, found).items()
    ]
    rows.sort(key=lambda row: -abs(row[0]))
    blocks: list[Block] = [Heading(title)]
    if known:
        _, first = max(known, key=lambda one: abs(one[1].shift))
        way = words.text("why.higher" if first.shift > 0 else "why.lower")
        ruined, every = (teller.of(first.name, ends[1]) for ends in (first.ruined, first.all))
        key = "why.shifts_same" if ruined == every else "why.shifts_finding"
        blocks.append(Text(words.text(key, quantity=worded(first.name), way=way, ruined=ruined, all=every), "finding"))
    better = found.box_of_all if found.box_of_all.density > found.box.density + 0.005 else None
    blocks += [
        Text(box_sentence(words, teller.found.scenario, box, found, worded, teller.of), "finding")
        for box in (found.box, better)
        if box is not None and box.rules
    ]
    if rows:
        blocks.append(
            TextTable(
                title,
                words.texts_of("why.shifts_columns"),
                [cells for _, cells in rows[:MOST_SHIFTS]],
                words=2,
                last_words=True,
                titled=True,
            )
        )
    note = words.text(
        "why.shifts_note",
        error=words.number(f"{2 * found.shift_se:.1g}"),
        ruined=words.whole(found.ruined),
        trajectories=words.whole(found.trajectories),
    )
    return [*blocks, Text(note, "quiet"), *_typical(teller, found)]


def _typical(teller: Teller, found: RuinExplanation) -> list[Block]:
    words, main, path = teller.words, plain_main(teller), teller.found.path
    if main is None or path is None:
        return []
    values, quantiles = path[main].values, teller.found.base.quantiles(main)
    begin = teller.of(main, float(values[int(np.isnan(values[0]))]))
    end, when = teller.of(main, float(values[found.typical_ruin])), teller.canvas.period(found.typical_ruin)
    title = words.text("why.typical")
    label = label_of(teller, main)
    drawn = chart(
        teller.canvas,
        lambda canvas: charts.typical(canvas, quantiles, values, found.typical_ruin, label),
        "typical",
        title,
        words.text("why.typical_alt", begin=begin, end=end, when=when),
        words.text("why.typical_finding", quantity=begun(worded(main)), begin=begin, end=end, when=when),
    )
    note = words.text("why.typical_note", number=words.whole(found.typical), seed=found.seed)
    return [Heading(title), drawn, Text(note, "quiet")]


def _signed(teller: Teller, shift: float) -> str:
    return teller.words.number(f"{shift:+.2f}").replace("-", "−")
