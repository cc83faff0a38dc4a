// The look that the page's charts share: colours of the style sheet, quiet axes, direct labels, one moving line for all.

import { element, write } from "./elements.js";

const { uPlot } = globalThis;
const FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
const HEIGHT = 200;
const cursors = uPlot.sync("time");

const dark = matchMedia("(prefers-color-scheme: dark)");
const colours = new Map();
dark.addEventListener("change", () => colours.clear());

// A colour of the style sheet, as it is in light or in dark.
export function colour(name) {
  if (!colours.has(name)) colours.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  return colours.get(name);
}

// A figure: finding above, picture, what the cursor points at, and the same figures as a table.
export class Figure {
  constructor(host, language, title) {
    this.finding = element("span", { class: "finding" });
    this.picture = element("div", { class: "picture", role: "img" });
    this.pointed = element("p", { class: "pointed", "aria-hidden": "true" });
    this.table = element("table");
    this.details = element("details", { ontoggle: () => this.#fill() }, element("summary", {}, language.text("as_table")),
      element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, this.table));
    this.root = element("figure", {}, element("figcaption", {}, element("h3", {}, title), this.finding), this.picture,
      element("div", { class: "under" }, this.pointed, this.details));
    this.title = title;
    host.append(this.root);
  }

  // `rows` makes the table, a row a list of texts, the first of them the heads; it is asked only while it is shown.
  tell(finding, description, rows) {
    write(this.finding, finding);
    this.picture.setAttribute("aria-label", description);
    this.rows = rows;
    this.#fill();
  }

  #fill() {
    if (!this.details.open || !this.rows) return;
    const [heads, ...rows] = this.rows();
    this.table.replaceChildren(
      element("caption", { class: "unseen" }, this.title),
      element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, ...rows.map(([name, ...cells]) => element("tr", {}, element("th", { scope: "row" }, name),
        ...cells.map((cell) => element("td", {}, cell))))),
    );
  }
}

// A chart over time. `series` and `bands` are uPlot's; `write` words a value of the y axis; `range` gives its ends from the
// data; `point` words what stands at a period, and `labels` what stands beside the ends of lines: [[y, text, colour], …].
export class TimeChart {
  #range = null;
  #labels = [];
  #room = 12;

  constructor(figure, time, { series, bands, write: written, range, point, bars = false }) {
    this.figure = figure;
    this.time = time;
    this.height = HEIGHT;
    const axis = {
      stroke: () => colour("grey"), font: `12px ${FAMILY}`, ticks: { stroke: () => colour("line"), width: 1, size: 4 },
    };
    this.plot = new uPlot({
      width: this.#width(), height: this.height, padding: [10, () => this.#room, 0, 0], legend: { show: false },
      cursor: { sync: { key: cursors.key, setSeries: false }, drag: { x: false, y: false }, y: false, points: { show: false } },
      hooks: {
        draw: [(plot) => this.#label(plot)],
        setCursor: [(plot) => write(figure.pointed, plot.cursor.idx === null || plot.cursor.idx === undefined ? "" : point(plot.cursor.idx))],
      },
      scales: { x: { time: false, range: () => this.#ends(bars) }, y: { range: () => this.#range ?? [0, 1] } },
      axes: [
        { ...axis, grid: { show: false }, size: 26, gap: 3, ...(time.unit && { label: time.unit, labelFont: `12px ${FAMILY}`, labelSize: 18 }),
          splits: (plot) => this.#ticks(plot).map(([place]) => place),
          values: (plot) => this.#ticks(plot).map(([, label]) => label) },
        { ...axis, grid: { stroke: () => colour("line"), width: 1 }, ticks: { show: false }, gap: 4,
          size: (_, values) => 12 + Math.max(20, ...(values ?? []).map((text) => 6.7 * text.length)), space: 24,
          values: (_, splits) => splits.map(written) },
      ],
      series: [{}, ...series], bands,
    }, [time.places, ...series.map(() => time.places.map(() => null))], figure.picture);
    this.chosen = range;
    new ResizeObserver(() => this.resize()).observe(figure.picture);
    dark.addEventListener("change", () => this.plot.redraw());
  }

  show(columns, labels) {
    this.#labels = labels;
    this.#range = steady(this.#range, this.chosen(columns));
    const room = labels.length ? 14 + Math.ceil(Math.max(...labels.map(([, text, name]) => this.#widthOf(text, name)))) : 12;
    const wider = room > this.#room || room < this.#room - 12;
    if (wider) this.#room = room;
    this.plot.setData([this.time.places, ...columns]);
    if (wider) this.plot.redraw(true, true);
  }

  resize() {
    if (this.#width() !== this.plot.width) this.plot.setSize({ width: this.#width(), height: this.height });
  }

  #width() {
    return Math.max(200, Math.floor(this.figure.picture.clientWidth));
  }

  // Bars stand around their place, so they need half a period more at both ends.
  #ends(bars) {
    const [first, last] = [this.time.places[0], this.time.places.at(-1)];
    const half = bars ? (last - first) / this.time.periods / 2 : 0;
    return [first - half, last + half];
  }

  #ticks(plot) {
    return this.time.ticks(Math.max(2, Math.floor(plot.bbox.width / devicePixelRatio / 46)));
  }

  #widthOf(text, name) {
    const { ctx } = this.plot;
    ctx.save();
    ctx.font = fontOf(name, 12);
    const { width } = ctx.measureText(text);
    ctx.restore();
    return width;
  }

  // Words at the right end of lines, moved apart where they would overlap.
  #label(plot) {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    const placed = this.#labels
      .map(([value, text, name]) => ({ y: plot.valToPos(value, "y", true), text, name }))
      .sort((one, other) => one.y - other.y);
    const apart = 14 * ratio;
    for (let round = 0; round < 20; round += 1) {
      for (let place = 1; place < placed.length; place += 1) {
        const lack = apart - (placed[place].y - placed[place - 1].y);
        if (lack > 0) {
          placed[place - 1].y -= lack / 2;
          placed[place].y += lack / 2;
        }
      }
    }
    ctx.save();
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    for (const { y, text, name } of placed) {
      ctx.font = fontOf(name, 12 * ratio);
      ctx.fillStyle = colour(name);
      ctx.fillText(text, bbox.left + bbox.width + 6 * ratio, Math.min(Math.max(y, bbox.top), bbox.top + bbox.height));
    }
    ctx.restore();
  }
}

// A range that stays while the data fill most of it, so that a drag moves curves and not axes.
function steady(range, wanted) {
  if (!range) return wanted;
  const [low, high] = range;
  const fits = wanted[0] >= low && wanted[1] <= high && wanted[1] - wanted[0] > 0.6 * (high - low);
  return fits ? range : wanted;
}

// What compares is written lightly, the figure itself boldly.
function fontOf(name, size) {
  return `${name === "grey" ? "" : "600 "}${size}px ${FAMILY}`;
}
