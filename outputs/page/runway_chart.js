// How long the money lasts: the share of futures that run out of it in each period, and of those that do not.

import { Figure, TimeChart, colour } from "./chart.js";
import { ruinByPeriod } from "./figures.js";
import { niceTop } from "./ruin_chart.js";

const { uPlot } = globalThis;

export class RunwayChart {
  constructor(host, time, language) {
    Object.assign(this, { time, language });
    this.figure = new Figure(host, language, language.text("runway_title"));
    this.chart = new TimeChart(this.figure, time, {
      series: [
        { stroke: () => colour("orange"), fill: () => colour("orange"), width: 0, points: { show: false },
          paths: uPlot.paths.bars({ size: [0.7, 40] }) },
        { stroke: () => colour("behind"), width: 2, dash: [5, 4], points: { show: time.periods < 3, size: 7 } },
      ],
      bands: [],
      bars: true,
      write: (value) => language.share(value),
      range: (columns) => [0, niceTop(Math.max(...columns.flat().filter((value) => value !== null)))],
      point: (period) => this.#point(period),
    });
  }

  draw(forecast, baseline) {
    this.shares = ruinByPeriod(forecast.ruin);
    this.behind = baseline && ruinByPeriod(baseline.ruin);
    this.forecast = forecast;
    this.chart.show([this.shares, this.behind ?? this.shares.map(() => null)], []);
    const last = this.shares.length - 1;
    const horizon = this.language.span(last, this.time.step);
    const censored = this.language.probability(1 - forecast.ruin[last], forecast.ruin_se[last], forecast.trajectories);
    const most = Math.max(...this.shares);
    const finding = this.language.text(forecast.ruin[last] < 1 ? "runway_finding" : "runway_all", { censored, horizon });
    const alt = most > 0
      ? this.language.text("runway_alt", { most: this.language.share(most), when: this.time.name(this.shares.indexOf(most)) })
      : "";
    this.figure.tell(finding, `${finding} ${alt}`.trim(), () => this.#rows());
  }

  #point(period) {
    if (!this.shares) return "";
    const now = `${this.time.name(period, true)}: ${this.language.share(this.shares[period])}`;
    return this.behind ? `${now} (${this.language.text("baseline_short")} ${this.language.share(this.behind[period])})` : now;
  }

  #rows() {
    const { runway } = this.forecast;
    const when = (period) => period === null ? this.language.text("beyond", { span: this.language.span(this.time.periods, this.time.step) })
      : `${this.time.name(Math.round(period))} (${this.language.span(Math.round(period), this.time.step)})`;
    const rows = Object.entries(runway).sort(([one], [other]) => one - other)
      .map(([probability, { value }]) => [this.language.share(Number(probability)), when(value)]);
    return [[this.language.text("runway_share"), this.language.text("runway_after")], ...rows];
  }
}
