// What becomes of the money: median, middle half and nine in ten of all futures.

import { Figure, TimeChart, colour } from "./chart.js";
import { quantile } from "./figures.js";

const SHOWN = [0.05, 0.25, 0.5, 0.75, 0.95];
const ZERO = 4;

export class FanChart {
  constructor(host, time, language, scenario) {
    Object.assign(this, { time, language, unit: scenario.unit_of_money });
    const quantity = (scenario.money ?? "").replaceAll("_", " ");
    this.quantity = quantity;
    this.figure = new Figure(host, language, language.text("fan_title", { quantity }));
    const edges = SHOWN.slice(1).map(() => ({ stroke: () => "transparent", points: { show: false } }));
    const behind = [[2, 3], [2, 3], [5, 4]].map((dash, at) => ({ stroke: () => colour("behind"), dash, width: at === 2 ? 2 : 1.2, points: { show: false } }));
    const marks = { show: time.periods < 13, size: 7, fill: () => colour("blue") };
    this.chart = new TimeChart(this.figure, time, {
      series: [
        ...edges,
        { stroke: () => colour("grey"), width: 1, points: { show: false } },
        ...behind,
        { stroke: () => colour("blue"), width: 2.5, points: marks },
      ],
      bands: [
        { series: [1, 2], fill: () => colour("blue-pale") },
        { series: [3, 4], fill: () => colour("blue-middle") },
      ],
      write: (value) => language.amount(value),
      range: fanRange,
      point: (period) => this.#point(period),
    });
  }

  draw(forecast, baseline) {
    Object.assign(this, { forecast, baseline });
    const curves = SHOWN.map((probability) => quantile(forecast, probability));
    const [lowest, lower, median, upper, highest] = curves;
    const nothing = median.map(() => null);
    const behind = [0.05, 0.95, 0.5].map((probability) => (baseline ? quantile(baseline, probability) : nothing));
    const last = median.length - 1;
    const amount = (value) => this.language.amount(value);
    const spread = highest[last] > lowest[last];
    const labels = [[median[last], amount(median[last]), "blue"]];
    if (spread) labels.push([lowest[last], `5 % ${amount(lowest[last])}`, "grey"], [highest[last], `95 % ${amount(highest[last])}`, "grey"]);
    this.chart.show([highest, lowest, upper, lower, median.map(() => 0), ...behind, median], labels);
    const money = (value) => this.language.money(value, this.unit);
    const told = {
      quantity: this.quantity, begin: money(median[0]), end: money(median[last]), low: money(lowest[last]),
      high: money(highest[last]), when: this.time.name(last),
    };
    this.figure.tell(this.language.text(spread ? "fan_finding" : "fan_constant", told), this.language.text("fan_alt", told), () => this.#rows());
  }

  #point(period) {
    if (!this.forecast) return "";
    const [low, middle, high] = [0.05, 0.5, 0.95].map((one) => this.language.amount(quantile(this.forecast, one)[period]));
    const now = `${this.time.name(period, true)}: ${this.language.text("range", { middle, low, high })}`;
    if (!this.baseline) return now;
    return `${now}; ${this.language.text("baseline_short")} ${this.language.amount(quantile(this.baseline, 0.5)[period])}`;
  }

  #rows() {
    const shares = SHOWN.map((probability) => this.language.share(probability));
    const rows = this.time.places.map((_, period) => [
      this.time.name(period),
      ...SHOWN.map((probability) => this.language.amount(quantile(this.forecast, probability)[period])),
    ]);
    return [[this.language.text("period_head"), ...shares], ...rows];
  }
}

// From the lowest to the highest of the fan and the zero line near them, with some room.
function fanRange(columns) {
  const values = columns.filter((_, at) => at !== ZERO).flat().filter((value) => value !== null);
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low;
  if (low > 0 && low < 0.5 * high) low = 0;
  if (high < 0 && high > 0.5 * low) high = 0;
  const margin = 0.06 * span || 0.1 * Math.abs(high) || 1;
  return [low === 0 ? 0 : low - margin, high === 0 ? 0 : high + margin];
}
