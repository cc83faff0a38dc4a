// The probability of having run out of money by the end of each period, with the band of its simulation error.

import { Figure, TimeChart, colour } from "./chart.js";
import { medianRuin } from "./figures.js";
import { capital } from "./language.js";

const TOPS = [1, 1.5, 2, 3, 4, 5, 6, 8];

export class RuinChart {
  constructor(host, time, language) {
    this.time = time;
    this.language = language;
    this.figure = new Figure(host, language, language.text("ruin_title"));
    const marks = { show: time.periods < 13, size: 7 };
    this.chart = new TimeChart(this.figure, time, {
      series: [
        { stroke: () => colour("behind"), width: 2, dash: [5, 4], points: { show: false } },
        { stroke: () => "transparent", points: { show: false } },
        { stroke: () => "transparent", points: { show: false } },
        { stroke: () => colour("orange"), width: 2.5, points: { ...marks, fill: () => colour("orange") } },
      ],
      bands: [{ series: [3, 2], fill: () => colour("orange-pale") }],
      write: (value) => language.share(value),
      range: (columns) => [0, niceTop(Math.max(...columns.flat().filter((value) => value !== null)))],
      point: (period) => this.#point(period),
    });
  }

  draw(forecast, baseline) {
    const { ruin, ruin_se: error } = forecast;
    Object.assign(this, { forecast, baseline });
    const last = ruin.length - 1;
    const behind = baseline ? baseline.ruin : ruin.map(() => null);
    const labels = [[ruin[last], this.language.share(ruin[last]), "orange"]];
    if (baseline) labels.push([baseline.ruin[last], this.language.share(baseline.ruin[last]), "grey"]);
    const ends = [-2, 2].map((width) => ruin.map((value, at) => Math.min(1, Math.max(0, value + width * error[at]))));
    this.chart.show([behind, ...ends, ruin], labels);
    const probability = this.#probability(last);
    const finding = this.language.text("ruin_finding", { by: capital(this.time.by(last)), probability });
    const half = medianRuin(ruin);
    const alt = this.language.text("ruin_alt", { probability, by: this.time.by(last) });
    this.figure.tell(finding, half === null ? alt : `${alt} ${this.language.text("half", { by: this.time.by(half) })}`, () => this.#rows());
  }

  #probability(period) {
    const { ruin, ruin_se: error, trajectories } = this.forecast;
    return this.language.probability(ruin[period], error[period], trajectories);
  }

  #point(period) {
    if (!this.forecast) return "";
    const now = `${this.time.name(period, true)}: ${this.#probability(period)}`;
    if (!this.baseline) return now;
    return `${now} (${this.language.text("baseline_short")} ${this.language.share(this.baseline.ruin[period])})`;
  }

  #rows() {
    const heads = [this.language.text("until"), this.language.text("chance")];
    if (this.baseline) heads.push(this.language.text("baseline_short"));
    return [heads, ...this.forecast.ruin.map((_, period) => {
      const row = [this.time.name(period), this.#probability(period)];
      return this.baseline ? [...row, this.language.share(this.baseline.ruin[period])] : row;
    })];
  }
}

// The next round number of per cent, so that the axis ends there; 10 % where nothing is ruined.
export function niceTop(most) {
  if (!(most > 0)) return 0.1;
  const power = 10 ** Math.floor(Math.log10(most * 1.04));
  return Math.min(1, (TOPS.find((top) => most * 1.04 <= top * power) ?? 10) * power);
}
